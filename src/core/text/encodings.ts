/** What the bytes 0x80 to 0xff mean in code page 850, which DOS and old Windows consoles in western Europe use. */
const CP850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0';

/** What bytes that are not UTF-8 may say: as Latin-1 and as code page 850. */
export function otherReadings(bytes: Buffer): readonly string[] {
  const cp850 = Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : (CP850[byte - 0x80] ?? '')));
  return [bytes.toString('latin1'), cp850.join('')];
}

/** What a text was before somebody took its UTF-8 for Latin-1 and encoded it once more (`BÃ¼ro`); undefined: nobody did. */
export function encodedTwice(text: string): string | undefined {
  // oxlint-disable-next-line no-control-regex
  if (!/[\u0080-\u00ff]/.test(text) || /[^\u0000-\u00ff]/.test(text)) return undefined;
  const once = Buffer.from(text, 'latin1').toString('utf8');
  return once.includes('\ufffd') ? undefined : once;
}

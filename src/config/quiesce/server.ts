import { quantity, text } from '../forms.ts';
import { DURATION_EXPECTED, durationProblem } from '../units.ts';

const HOST_EXPECTED = 'must be the name or address of a host, for example db.example.com or 192.168.122.10';
const PORT_EXPECTED = 'must be the number of a port, 1 to 65535';
const USER_EXPECTED = 'must be the name of a user of the database';
const HIGHEST_PORT = 65_535;

/** How the server of a database is reached, as all of them have it. */
export interface WrittenServer {
  readonly host?: string | undefined;
  readonly port?: string | number | undefined;
  readonly user?: string | undefined;
}

/** The keys for it. Nothing of it is secret: it stands in the arguments or the environment of the client. */
export const SERVER_KEYS = {
  host: text(HOST_EXPECTED, (host) => (/^[A-Za-z0-9:][A-Za-z0-9.:_%-]*$/u.test(host) ? undefined : HOST_EXPECTED))
    .optional()
    .describe(
      'The host that the server runs on, for example a guest; it is asked over the network. Without it: this host, by its socket.',
    )
    .meta({ examples: ['192.168.122.10'] }),
  port: quantity(PORT_EXPECTED, portProblem)
    .optional()
    .describe('Its port, if it is not the usual one.')
    .meta({ examples: [3307] }),
  user: text(USER_EXPECTED, nameProblem)
    .optional()
    .describe('The user of the database. Its password belongs into a file, never here.')
    .meta({ examples: ['holdstill'] }),
};

/** How long to wait for a lock. */
export const waitKey = (standard: string, what: string) =>
  quantity(DURATION_EXPECTED, durationProblem)
    .default(standard)
    .describe(what)
    .meta({ examples: [standard] });

/** What is wrong with a name that goes to the client of a database; undefined: nothing. */
export function nameProblem(name: string): string | undefined {
  return /^[A-Za-z0-9_][A-Za-z0-9_.@$-]*$/u.test(name) ? undefined : USER_EXPECTED;
}

/** The same as text: steps are made of that. */
export function serverFrom({ host, port, user }: WrittenServer): {
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly user: string | undefined;
} {
  return { host, port: port === undefined ? undefined : String(port), user };
}

/** For people: ` on db.example.com, port 3307, as holdstill`. */
export function describeServer({ host, port, user }: ReturnType<typeof serverFrom>): string {
  const parts = [
    ...(host === undefined ? [] : [`on ${host}`]),
    ...(port === undefined ? [] : [`port ${port}`]),
    ...(user === undefined ? [] : [`as ${user}`]),
  ];
  return parts.length === 0 ? '' : ` ${parts.join(', ')}`;
}

function portProblem(port: string | number): string | undefined {
  const number = Number(port);
  return Number.isInteger(number) && number >= 1 && number <= HIGHEST_PORT ? undefined : PORT_EXPECTED;
}

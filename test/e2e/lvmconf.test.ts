import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

/** All of lvm.conf that changes how a report looks or where complaints go: each of them was tried (lvm2 2.03.16). */
const settings = {
  columns:
    'report { quoted=0 list_item_separator=";" columns_as_rows=1 binary_values_as_numeric=1 separator="|" lvs_sort="lv_size" }',
  json: 'report { output_format="json" compact_output=1 prefixes=0 buffered=0 } log { prefix="lvm: " command_names=1 }',
  logged:
    'report { aligned=0 headings=0 mark_hidden_devices=0 } log { report_command_log=1 verbose=3 } global { units="s" suffix=1 }',
} as const;

describeLab("the admin's lvm.conf", () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/lvmconf.bash', {
      values: { NAMES: Object.keys(settings), SETTINGS: Object.values(settings) },
      world: `vg vg0 200M
  lv thick 16M ext4
  pool pool 40M
    lv thin 16M ext4`,
      timeoutMs: 200_000,
    });
  }, 600_000);

  test.each(Object.keys(settings))('does not change what we read: %s', (name) => {
    expect(run.stdout).toBe('');
    expect(run.call(name)).toMatchObject({ status: 0, stderr: '' });
    expect(run.files(`${name}.content`)).toContain('is whole');
    expect(run.call(`${name}-status`).stdout).toMatch(/vg0\/thick.*\n?.*0 %/);
    expect(run.call(`${name}-post`)).toMatchObject({ status: 0, stderr: '' });
    expect(run.call(`${name}-post`).stdout).toMatch(/verdict +good: 2 snapshots valid[^]*nothing is left/);
    expect(run.call(`${name}-lost`).stderr).toMatch(/volume group vg0 has no logical volume nowhere/);
  });

  test('says why it lets no snapshot be taken, though LVM says it in a report', () => {
    expect(run.call('refused').status).toBe(1);
    expect(run.call('refused').stderr).toMatch(/LVM took no snapshot of vg0\/thick: .*volume_list.*; add "@holdstill"/);
  });
});

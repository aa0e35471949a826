import { describe, expect, it } from 'vitest';
import type { FaultRegistry } from '../../lab/discord/fault-registry.ts';
import { action, createFaults, type FaultText, toggle } from '../../lab/faults.ts';

function text(id: string): FaultText {
  return { id, title: `Break ${id}`, explain: `${id} is broken.`, group: 'Things' };
}

describe('lab/faults', () => {
  it('is what the page works on', async () => {
    const said: string[] = [];
    const registry: FaultRegistry = createFaults([
      toggle(
        text('lamp'),
        () => void said.push('dark'),
        () => void said.push('bright'),
      ),
      action(text('glass'), () => void said.push('shards')),
    ]);
    const before = registry.list();

    await registry.set('lamp', true);
    await registry.set('lamp', true);
    await registry.set('glass', true);
    await registry.set('glass', false);

    expect(before).toEqual([
      { ...text('lamp'), kind: 'toggle', on: false },
      { ...text('glass'), kind: 'action', on: false },
    ]);
    expect(registry.list().map(({ id, on }) => [id, on])).toEqual([
      ['lamp', true],
      ['glass', false],
    ]);
    expect(said).toEqual(['dark', 'shards']);
  });

  it('takes toggles back, the latest first', async () => {
    const said: string[] = [];
    const pair = (id: string) =>
      toggle(
        text(id),
        () => void said.push(`${id} on`),
        () => void said.push(`${id} off`),
      );
    const faults = createFaults([pair('one'), pair('two')]);
    await faults.set('one', true);
    await faults.set('two', true);

    await faults.reset();

    expect(said).toEqual(['one on', 'two on', 'two off', 'one off']);
  });

  it('stays as it was when the switch fails', async () => {
    const faults = createFaults([
      toggle(
        text('stuck'),
        () => Promise.reject(new Error('jammed')),
        () => undefined,
      ),
    ]);

    await expect(faults.set('stuck', true)).rejects.toThrow('jammed');
    expect(faults.list()).toEqual([{ ...text('stuck'), kind: 'toggle', on: false }]);
  });

  it('refuses an id that stands twice, and one that nobody knows', async () => {
    const lamp = action(text('lamp'), () => undefined);

    expect(() => createFaults([lamp, action(text('lamp'), () => undefined)])).toThrow('Two faults of the lab are named lamp');
    await expect(createFaults([lamp]).set('moon', true)).rejects.toThrow('The lab has no fault named moon');
  });
});

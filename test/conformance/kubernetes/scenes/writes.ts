/** Scenes of the recordings that write. */
import type { KubeObject } from '../../../../lab/kubernetes/cluster.ts';
import { readRecording } from '../recording.ts';
import type { Scene, Stage } from '../replay.ts';
import { fillNamespace, giveToken, istiod, makeNamespace, secret } from './parts.ts';

export const crud: Scene = {
  before: (stage) => giveToken(stage, '<token:sa-default>', 'rec-crud', 'default'),
  beforeExchange: { 1: (stage) => fillNamespace(stage, 'rec-crud') },
};

export const patches: Scene = {
  before(stage) {
    makeNamespace(stage, 'rec-patch');
    secret(stage, 'rec-patch', 'x', { a: 'MQ==', b: 'Mg==' });
    istiod(stage, 'rec-patch');
  },
};

export const lease: Scene = {
  before: (stage) => makeNamespace(stage, 'rec-lease'),
  made(placeholder) {
    const number = /^<microtime:(?<number>\d+)>$/.exec(placeholder)?.groups?.['number'];
    if (number === undefined) return undefined;
    // the first two times that are sent are JavaScript's, with three decimals
    return `2026-01-05T12:00:${number.padStart(2, '0')}.123${Number(number) <= 3 ? '' : '456'}Z`;
  },
};

export const apply: Scene = {
  before: (stage) => makeNamespace(stage, 'rec-ssa'),
  beforeExchange: { 37: (stage) => controllerWrote(stage, 37), 41: (stage) => controllerWrote(stage, 41) },
};

/** The deployment controller had written what the recorded answer shows. */
function controllerWrote({ cluster, clock }: Stage, index: number): void {
  const answer = readRecording('server-side-apply').find((exchange) => exchange.index === index)?.response.body as KubeObject;
  const now = new Date(clock.now()).toISOString().replace('.000Z', 'Z');
  const { metadata, status } = JSON.parse(JSON.stringify(answer).replaceAll(/<time:\d+>/g, now)) as KubeObject;
  const patch = { metadata: { annotations: metadata.annotations }, status };
  cluster.store.patch('Deployment', 'rec-ssa', 'istiod', patch, { manager: 'kcm', subresource: 'status' });
}

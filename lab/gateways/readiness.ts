/** 15021 of a gateway: whether it is ready, as the agent beside Envoy says it (recorded: golden/gateway/admin.json, drain.json). */
import type { RequestListener } from 'node:http';
import type { Clock } from '../../src/core/clock.ts';
import type { GatewayKnobs } from './gateway-port.ts';

/** Answers `/healthz/ready`; a gateway that stands still answers nothing. */
export function createReadiness(knobs: GatewayKnobs, clock: Clock): RequestListener {
  return (request, response) => {
    if (knobs.mode === 'frozen') return;
    const head = { date: new Date(clock.now()).toUTCString(), server: 'envoy', connection: 'close' };
    if ((request.url ?? '').split('?')[0] !== '/healthz/ready') {
      response.writeHead(404, { ...head, 'content-length': '0' });
      response.end();
      return;
    }
    const live = knobs.readiness === 'live';
    response.writeHead(live ? 200 : 503, {
      'content-type': 'text/plain; charset=UTF-8',
      'cache-control': 'no-cache, max-age=0',
      'x-content-type-options': 'nosniff',
      ...head,
      'x-envoy-upstream-service-time': '0',
    });
    response.write(live ? 'LIVE\n' : 'DRAINING\n');
    response.end();
  };
}

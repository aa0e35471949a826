/** What an alert means for what runs in the mesh, where that follows from its rule: the reason to get up, or to sleep on. */
import type { Incident } from '../../alerts/model.ts';
import { LOCAL_VANTAGE } from '../../mesh/health.ts';

/** Nothing gets through the gateway at all, whatever is asked for. */
const NOTHING_PASSES: ReadonlySet<string> = new Set([
  'connect-refused',
  'connect-timeout',
  'unreachable',
  'port-blocked',
  'gateway-silent',
  'plaintext',
]);
/** The gateway works so far; what was asked for behind it does not. */
const CANARY_ALONE: ReadonlySet<string> = new Set(['no-filter-chain', 'no-healthy-endpoint', 'endpoint-refuses', 'endpoint-silent']);

/** Undefined where it depends on more than is known. */
export function meaningOf(incident: Pick<Incident, 'rule' | 'subject' | 'about' | 'cause'>): string | undefined {
  if (incident.about === 'unknown') return 'It may work or not: nothing is known of it.';
  const { subject } = incident;
  if ('from' in subject) return subject.from === LOCAL_VANTAGE ? undefined : ofDirection(incident, subject);
  return 'cluster' in subject ? ofCluster(incident.rule, subject.cluster) : ofNode(incident.rule);
}

interface Direction {
  readonly from: string;
  readonly to: string;
}

function ofDirection({ rule, cause }: Pick<Incident, 'rule' | 'cause'>, { from, to }: Direction): string | undefined {
  switch (rule) {
    case 'link-down':
      return requestsFail(from, to);
    case 'gateway-down':
      if (CANARY_ALONE.has(cause?.code ?? '')) return 'Only the canary was asked for: other services behind the gateway may work.';
      return NOTHING_PASSES.has(cause?.code ?? '') ? requestsFail(from, to) : undefined;
    case 'gateway-trust':
      return `${from} refuses whatever presents such a certificate.`;
    case 'remote-api':
      return `istiod of ${from} learns nothing new of ${to}; what it knows already stays in use.`;
    default:
      return undefined;
  }
}

function requestsFail(from: string, to: string): string {
  return `Requests from ${from} to what runs only in ${to} fail. Inside each cluster all goes on.`;
}

function ofCluster(rule: Incident['rule'], cluster: string): string | undefined {
  if (rule === 'api-down') return `Nothing of ${cluster} can be looked at or changed. What runs there goes on.`;
  if (rule === 'gateway-pods') return `Requests from other clusters to what runs only in ${cluster} fail. Inside each cluster all goes on.`;
  return undefined;
}

function ofNode(rule: Incident['rule']): string | undefined {
  if (rule === 'tailnet-node') return 'Nothing passes between clusters through it. Inside each cluster all goes on.';
  if (rule === 'tailnet-control') return 'What is connected stays so. A restart of tailscaled would cut it off.';
  return rule === 'self-offline' ? 'Nothing is measured from there meanwhile. The mesh itself may be well.' : undefined;
}

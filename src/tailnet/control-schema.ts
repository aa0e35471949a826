/** What is read of the control API's list of devices. */
import { z } from 'zod';
import type { Device } from '../mesh/probing/tailnet.ts';

const Texts = z
  .array(z.string())
  .nullish()
  .transform((texts) => texts ?? []);

const DeviceFields = z.object({
  addresses: Texts,
  hostname: z.string().optional(),
  name: z.string().optional(),
  authorized: z.boolean().optional().default(true),
  keyExpiryDisabled: z.boolean().optional().default(false),
  expires: z.string().nullish(),
  connectedToControl: z.boolean().optional(),
  blocksIncomingConnections: z.boolean().optional().default(false),
  enabledRoutes: Texts,
});

const List = z.object({ devices: z.array(z.record(z.string(), z.unknown()).transform(lowerNames).pipe(DeviceFields)) });

/** The API's own client writes some names with a capital letter (`EnabledRoutes`): both are read. */
function lowerNames(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]));
}

/** The devices of an answer; undefined: it is no list of devices. */
export function parseDevices(body: unknown): readonly Device[] | undefined {
  const read = List.safeParse(body);
  return read.success ? read.data.devices.map(readDevice) : undefined;
}

function readDevice(device: z.infer<typeof DeviceFields>): Device {
  const { addresses, hostname, name, enabledRoutes, authorized, keyExpiryDisabled, expires, connectedToControl } = device;
  const at = Date.parse(expires ?? '');
  return {
    host: hostname ?? name ?? addresses[0] ?? 'a device without a name',
    addresses,
    routes: enabledRoutes,
    authorized,
    keyExpiry: keyExpiryDisabled || Number.isNaN(at) || at <= 0 ? undefined : at,
    connected: connectedToControl,
    blocksIncoming: device.blocksIncomingConnections,
  };
}

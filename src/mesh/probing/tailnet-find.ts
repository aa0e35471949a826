/** Finds out whose an address of the tailnet is. */

interface Holder {
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
}

/** Who has the address, or else through whom its range is reached: a subnet router. */
export function holderOf<T extends Holder>(holders: readonly T[], address: string): T | undefined {
  return holders.find(({ addresses }) => addresses.includes(address)) ?? holders.find(({ routes }) => routes.some(covers(address)));
}

function covers(address: string): (range: string) => boolean {
  const wanted = bitsOf(address);
  return (range) => {
    const [base = '', length = ''] = range.split('/');
    const bits = bitsOf(base);
    // The default route of an exit node covers everything, and says nothing about who has an address.
    const count = Number(length);
    return wanted !== undefined && bits !== undefined && count > 0 && bits.slice(0, count) === wanted.slice(0, count);
  };
}

/** An IPv4 address as 32 digits; undefined: it is none. Ranges of IPv6 are not looked into. */
function bitsOf(address: string): string | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.map((part) => part.toString(2).padStart(8, '0')).join('');
}

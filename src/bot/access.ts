import type { Role } from '../actions/action.ts';

/** Who somebody is in the guild, as the interaction says. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
}

interface Audience {
  readonly roles: readonly string[];
  readonly users: readonly string[];
}

/** Who may what. Admins are named by user id alone: whoever hands out roles in the guild must not become the mesh's admin by it. */
export interface AccessRules {
  readonly guild: string;
  readonly viewer: Audience;
  readonly operator: Audience;
  readonly admins: readonly string[];
}

const RANK: Readonly<Record<Role, number>> = { viewer: 1, operator: 2, admin: 3 };

/** The highest role of a person; undefined for a stranger. */
export function roleOf(person: Person, rules: AccessRules): Role | undefined {
  if (rules.admins.includes(person.id)) return 'admin';
  if (isIn(person, rules.operator)) return 'operator';
  return isIn(person, rules.viewer) ? 'viewer' : undefined;
}

function isIn(person: Person, audience: Audience): boolean {
  return audience.users.includes(person.id) || person.roles.some((role) => audience.roles.includes(role));
}

/** Why a person may not do what needs `needed`, in words for that person; undefined where it is allowed. */
export function refusal(person: Person, needed: Role, rules: AccessRules): string | undefined {
  const role = roleOf(person, rules);
  if (role !== undefined && RANK[role] >= RANK[needed]) return undefined;
  const who = role === undefined ? 'You have no role with meshwarden' : `You are ${article(role)} here`;
  return `${who}, and this needs ${article(needed)}. ${whoElse(needed, rules)}`;
}

function article(role: Role): string {
  return role === 'viewer' ? 'a viewer' : `an ${role}`;
}

function whoElse(needed: Role, rules: AccessRules): string {
  const admins = rules.admins.map((id) => `<@${id}>`).join(', ');
  if (needed === 'admin') return admins === '' ? 'Nobody is an admin yet: set discord.admins in the configuration.' : `Admins: ${admins}.`;
  const audience = rules[needed];
  const named = [...audience.roles.map((id) => `<@&${id}>`), ...audience.users.map((id) => `<@${id}>`)].join(', ');
  return named === ''
    ? `Nobody is ${article(needed)} yet: set discord.${needed} in the configuration.`
    : `Ask ${named}${admins === '' ? '' : ` or ${admins}`}.`;
}

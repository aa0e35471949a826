import { fieldsAt } from '../object.ts';
import { invalidValue } from '../status.ts';
import type { Rule } from './rule.ts';

/** The numbers of a Lease; that its times have six decimals is told before. */
export const leaseFaults: Rule = ({ after }) => {
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = fieldsAt(after, 'spec');
  return [
    ...(typeof seconds === 'number' && seconds <= 0 ? [invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0')] : []),
    ...(typeof transitions === 'number' && transitions < 0
      ? [invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]
      : []),
  ];
};

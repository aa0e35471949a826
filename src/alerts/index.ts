/** Health over time and what people hear of it: the face of this room. Types stand in `model.ts`. */
export { advance, emptyState } from './advance.ts';
export { isMatch } from './match.ts';
export { DEFAULT_POLICY, policyOf, type PolicyOverrides } from './policy.ts';
export { causesOf, ruleOf, RULES, type Followed, type Rule } from './rules.ts';
export { strayKeys } from './stray.ts';
export { healthOf, summaryOf, type AlertsSummary } from './view.ts';

/** What the page may send, parsed at the border. */
import { z } from 'zod';

const acting = { user: z.string(), channel: z.string() };
const options = z.array(z.object({ name: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) }));
const slash = { ...acting, path: z.array(z.string()).min(1), options };

export const slashRequest = z.object(slash);
export const autocompleteRequest = z.object({ ...slash, focused: z.string() });
export const componentRequest = z
  .object({ ...acting, message: z.string(), customId: z.string(), values: z.array(z.string()).optional() })
  .transform(({ values, ...rest }) => ({ ...rest, ...(values === undefined ? {} : { values }) }));
export const modalRequest = z.object({
  ...acting,
  interaction: z.string(),
  customId: z.string(),
  fields: z.array(z.object({ customId: z.string(), value: z.union([z.string(), z.array(z.string())]) })),
});
export const faultRequest = z.object({ on: z.boolean() });

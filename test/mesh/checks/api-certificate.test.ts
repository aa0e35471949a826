import { apiCertificate } from '../../../src/mesh/checks/api-certificate.ts';
import { DAY, HOUR, NOW } from '../authority.ts';
import { type Change, part } from '../build.ts';
import { grid } from '../grid.ts';

function ends(left: number, life = 365 * DAY): Change {
  return part('b', 'api', (api) => ({ ...api, certificate: { notBefore: NOW + left - life, notAfter: NOW + left } }));
}

grid(apiCertificate, [
  { name: 'is silent with two weeks left', changes: [ends(14 * DAY)], finds: [] },
  {
    name: 'finds less than two weeks left',
    changes: [ends(14 * DAY - 1)],
    finds: [['api-certificate-expiring', 'ticket', 'cluster b']],
  },
  { name: 'is still a ticket with two days left', changes: [ends(2 * DAY)], finds: [['api-certificate-expiring', 'ticket', 'cluster b']] },
  {
    name: 'wakes somebody with less than two days left',
    changes: [ends(2 * DAY - 1)],
    finds: [['api-certificate-expiring', 'page', 'cluster b']],
  },
  { name: 'says that it is over', changes: [ends(-HOUR)], finds: [['api-certificate-expiring', 'page', 'cluster b']] },
  { name: 'is silent about one of a day with a sixth of it left', changes: [ends(4 * HOUR, DAY)], finds: [] },
  {
    name: 'finds one of a day with less than a sixth of it left',
    changes: [ends(4 * HOUR - 1, DAY)],
    finds: [['api-certificate-expiring', 'ticket', 'cluster b']],
  },
]);

import { certificatesOf, type MeshCertificates } from '../mesh/certificates.ts';
import type { Action } from './action.ts';
import { ScopeInput } from './mesh-status.ts';

export const meshCerts: Action<ScopeInput, MeshCertificates> = {
  id: 'mesh-certs',
  role: 'viewer',
  describe: 'What is signed by whom, until when, and what renews next',
  input: ScopeInput,
  async run({ only }, { mesh, signal, progress }) {
    progress('Reading certificates');
    return certificatesOf(await mesh.observe(only, signal));
  },
};

/** What depends on istiod's version. */

/** Major, minor, patch; what is no number counts as 0. */
export function versionOf(image: string): readonly [number, number, number] {
  const { major, minor, patch } = /:v?(?<major>\d+)\.(?<minor>\d+)(?:\.(?<patch>\d+))?/.exec(image)?.groups ?? {};
  return [Number(major ?? 1), Number(minor ?? 30), Number(patch ?? 0)];
}

/** From 1.30 on bundles of roots are compared as sets of certificates, before as texts (istio: pilot/pkg/bootstrap/istio_ca.go). */
export function comparesSets(image: string): boolean {
  return versionOf(image)[1] >= 30;
}

/** From 1.27 on an incomplete `cacerts` is an error, before istiod fell back to signing by itself. */
export function refusesIncomplete(image: string): boolean {
  return versionOf(image)[1] >= 27;
}

/** From 1.28.7, 1.29.3 and 1.30 on nothing outlives its signer. */
export function clampsLeaves(image: string): boolean {
  const [, minor, patch] = versionOf(image);
  if (minor === 28) return patch >= 7;
  return minor === 29 ? patch >= 3 : minor > 29;
}

/** The text of the tag. */
export function tagOf(image: string): string {
  return image.split(':').at(-1) ?? '';
}

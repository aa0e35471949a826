import { toFailure, type Failure } from '../../core/errors.ts';
import { startInformer, type WatchedObject } from '../informer.ts';
import { SECRETS } from '../resources.ts';
import { signerOf, type AuthorityPortOptions } from './context.ts';

/** The Secret of an intermediate was written, made or taken away. */
export interface SourceChange {
  /** The cluster whose istiod signs with it. */
  readonly cluster: string;
  readonly type: 'added' | 'modified' | 'deleted';
}

export interface SourceWatch {
  /** Resolves when every source has been seen once; rejects when the watch is stopped before. */
  readonly synced: Promise<void>;
  stop(): Promise<void>;
}

export interface SourceWatchOptions extends Pick<AuthorityPortOptions, 'signer' | 'target' | 'clock' | 'random' | 'log'> {
  /** Also told of every source that is there at the beginning. */
  readonly onChange: (change: SourceChange) => void;
  /** Told of every failure; it is tried again whatever the failure. */
  readonly onFailure?: (cluster: string, failure: Failure) => void;
}

/**
 * Watches the source of each cluster by its name, so that rights on those names are enough. The Secret of an intermediate is called like its Certificate. Nothing
 * of the data is kept. @throws OperatorError where nobody said which cluster signs.
 */
export function watchSources({ onChange, onFailure, target, ...options }: SourceWatchOptions): SourceWatch {
  const client = signerOf(options);
  const { clock, random, log } = options;
  const informers = target.intermediates.map(({ cluster, namespace, certificate: name }) =>
    startInformer({
      client,
      resource: SECRETS,
      namespace,
      name,
      clock,
      random,
      log,
      keep: withoutData,
      onChange: ({ type }) => onChange({ cluster, type }),
      onFailure: (failure) => onFailure?.(cluster, toFailure(failure)),
    }),
  );
  const synced = Promise.all(informers.map((informer) => informer.synced)).then(() => undefined);
  // Whoever does not wait for it must not be told by a crash.
  synced.catch(() => undefined);
  return {
    synced,
    async stop() {
      await Promise.all(informers.map((informer) => informer.stop()));
    },
  };
}

/** Identity and version, and nothing else. */
function withoutData({ metadata: { namespace, name, uid, resourceVersion } }: WatchedObject): WatchedObject {
  return { metadata: { name, uid, resourceVersion, ...(namespace === undefined ? {} : { namespace }) } };
}

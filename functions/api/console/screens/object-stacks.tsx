import type { JSX } from 'preact';
import type { Stacks } from '../../schemas.ts';
import { useSession, useTelling } from '../parts/context.ts';
import { Name } from '../parts/name.tsx';
import { bytes } from '../parts/size.ts';
import { Sign } from '../parts/state.tsx';
import { moment } from '../parts/time.ts';
import { hrefOf } from '../route.ts';

type Stack = Stacks['source'];
type Version = Stack['versions'][number];

interface Props {
  readonly stacks: Stacks;
  readonly objectKey: string;
  /** The version that the user asked for. */
  readonly versionId: string;
}

/** Versions of a key at the source and at each destination, side by side, newest first. */
export function ObjectStacks({ stacks, objectKey, versionId }: Props): JSX.Element {
  const { t } = useTelling();
  const { bucket } = useSession();
  const known = new Set(stacks.source.versions.map((one) => one.versionId));
  return (
    <div class="cards">
      <section class="card">
        <h3>{t('stack.source', { bucket })}</h3>
        <List
          stack={stacks.source}
          isAsked={(one) => one.versionId === versionId}
          hrefOfVersion={(one) => hrefOf('object', { key: objectKey, versionId: one.versionId })}
        />
      </section>
      {stacks.destinations.map((side) => (
        <section key={side.destination} class="card">
          <h3>
            <Name text={side.destination} plain />
          </h3>
          {'error' in side ? (
            <p>{t('object.error', { code: side.error })}</p>
          ) : (
            <List
              stack={side}
              isAsked={(one) => one.replicaOf === versionId}
              hrefOfVersion={({ replicaOf }) =>
                replicaOf !== undefined && known.has(replicaOf)
                  ? hrefOf('object', { key: objectKey, versionId: replicaOf })
                  : undefined
              }
              foreign
            />
          )}
        </section>
      ))}
    </div>
  );
}

interface ListProps {
  readonly stack: Stack;
  readonly isAsked: (version: Version) => boolean;
  readonly hrefOfVersion: (version: Version) => string | undefined;
  /** Marks versions that are no replicas as written by somebody else. */
  readonly foreign?: true;
}

function List({ stack: { versions, more }, isAsked, hrefOfVersion, foreign }: ListProps): JSX.Element {
  const telling = useTelling();
  const { t, language } = telling;
  if (versions.length === 0) return <p class="fine">{t('stack.empty')}</p>;
  return (
    <>
      <ol class="stack-list">
        {versions.map((version) => {
          const { versionId, deleteMarker, current, lastModified, bytes: size, replicaOf } = version;
          const href = hrefOfVersion(version);
          return (
            <li key={versionId} class={isAsked(version) ? 'asked' : undefined}>
              <span>
                {current ? (
                  <Sign tone="good" icon="check">
                    {t('stack.current')}
                  </Sign>
                ) : null}{' '}
                {t(deleteMarker ? 'stack.marker' : 'stack.version')}
                {deleteMarker ? '' : ` · ${bytes(language, size)}`} · {moment(telling, lastModified)}
              </span>
              <span class="fine">
                <Name text={versionId} />
                {foreign === undefined || deleteMarker ? null : (
                  <>
                    {' · '}
                    {replicaOf === undefined ? t('stack.foreign') : <Of href={href} id={replicaOf} />}
                  </>
                )}
                {foreign === undefined && href !== undefined && !isAsked(version) ? (
                  <>
                    {' · '}
                    <a href={href}>{t('stack.look')}</a>
                  </>
                ) : null}
              </span>
            </li>
          );
        })}
      </ol>
      {more ? <p class="fine">{t('stack.more')}</p> : null}
    </>
  );
}

function Of({ href, id }: { readonly href: string | undefined; readonly id: string }): JSX.Element {
  const { t } = useTelling();
  const text = t('object.role.replica.of', { of: id });
  return href === undefined ? <Name text={text} plain /> : <a href={href}>{text}</a>;
}

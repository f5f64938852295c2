import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { asApiError } from '../client/error.ts';
import type { ApiError } from '../client/error.ts';
import type { XmlInput } from '../client/xml.ts';
import { useSession, useTelling } from '../parts/context.ts';
import { Fact } from '../parts/fact.tsx';
import { useLoad } from '../parts/load.ts';
import { Problem } from '../parts/problem.tsx';
import { Busy } from '../parts/screen.tsx';
import { bytes, money } from '../parts/size.ts';
import { isText } from '../text/index.ts';
import { writeDocument } from './document.ts';
import { addPart } from './forecast.ts';
import type { Forecast } from './forecast.ts';

interface Props {
  /** The rules after the change. */
  readonly root: XmlInput;
  /** `bucket-appid@region` of the rule that is enabled. */
  readonly destination: string;
}

/** A dry run: the amount that rules would copy at once and its cost, counted while the user watches. */
export function ForecastView({ root, destination }: Props): JSX.Element {
  const { t } = useTelling();
  const { client } = useSession();
  const [sum, setSum] = useState<Forecast>();
  const [done, setDone] = useState(false);
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    let open = true;
    const count = async () => {
      let marker: string | undefined;
      do {
        const part = await client.dryRun(writeDocument({ root }), marker);
        if (!open) return;
        setSum((before) => addPart(before, part));
        marker = part.marker;
      } while (marker !== undefined);
      setDone(true);
    };
    count().catch((thrown: unknown) => {
      if (open) setError(asApiError(thrown));
    });
    return () => {
      open = false;
    };
  }, []);
  return (
    <section class="forecast" aria-label={t('forecast.title')}>
      <h3>{t('forecast.title')}</h3>
      {error === undefined ? null : <Problem error={error} />}
      {done || error !== undefined ? null : <Busy text={t('forecast.counting', { n: sum?.listed ?? 0 })} />}
      {sum === undefined ? null : <Figures sum={sum} />}
      <Storage destination={destination} />
    </section>
  );
}

function Figures({ sum }: { readonly sum: Forecast }): JSX.Element {
  const { t, language } = useTelling();
  const { versions, objects, deleteMarkers, ifTagged, skipped, cost, currency } = sum;
  const left = Object.entries(skipped).filter(([, n]) => n > 0);
  return (
    <>
      <dl class="facts">
        <Fact term={t('forecast.copies')}>
          {t('forecast.versions', { n: versions })} · {t('forecast.objects', { n: objects })}
          {deleteMarkers === 0 ? '' : ` · ${t('forecast.markers', { n: deleteMarkers })}`}
        </Fact>
        <Fact term={t('forecast.storage')}>{bytes(language, sum.bytes)}</Fact>
        <Fact term={t('forecast.cost')}>{money(language, cost, currency)}</Fact>
      </dl>
      {ifTagged === 0 ? null : <p>{t('forecast.tagged', { n: ifTagged })}</p>}
      {left.length === 0 ? null : (
        <ul>
          {left.map(([reason, n]) => {
            const key = `forecast.skip.${reason}`;
            return <li key={reason}>{isText(key) ? t(key, { n }) : `${reason}: ${n}`}</li>;
          })}
        </ul>
      )}
      <p class="fine">{t('forecast.later')}</p>
    </>
  );
}

/** A reminder that versions take storage, with their current size on both sides. */
function Storage({ destination }: Pick<Props, 'destination'>): JSX.Element {
  const { t, language } = useTelling();
  const { client, bucket } = useSession();
  const { value } = useLoad(bucket, () => client.bucketStatus());
  const sides = value?.destinations.find((one) => one.destination === destination)?.sides;
  return (
    <>
      <p>{t('rules.enable.storage')}</p>
      {sides == null ? null : (
        <ul>
          {(['source', 'destination'] as const).map((side) => (
            <li key={side}>
              {t('forecast.side', {
                side: t(`overview.role.${side}`),
                current: bytes(language, sides[side].current.bytes),
                older: bytes(language, sides[side].older.bytes),
                n: sides[side].older.versions,
              })}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

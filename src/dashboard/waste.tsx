import type {ComponentChildren} from 'preact';
import type {Summary, WasteSummary} from '../protocol/index.ts';
import {FigureText, ShareFigure} from './figure.tsx';
import {formatCount, formatMs, formatShare} from './format.ts';

/** What became of requests ahead, in words. */
const BECAME: Readonly<Record<WasteSummary['prefetch']['outcomes'][number]['name'], string>> = {
  used: 'used',
  late: 'too late',
  wasted: 'for another question',
  cancelled: 'taken back',
  failed: 'failed',
};

/** Writes a time that may be less than none. */
const signed = (ms: number) => (ms < 0 ? `−${formatMs(-ms)}` : formatMs(ms));

/** Draws what was done ahead and twice, and what it brought; nothing where nothing was. */
export function Waste({summary}: {summary: Summary}) {
  const {waste} = summary;
  if (!waste) return null;
  const {prefetch, hedge, saving, turnCount, extraPerTurn} = waste;
  return (
    <section class="card wide" aria-labelledby="waste">
      <h2 id="waste">Done ahead, done twice</h2>
      <dl class="facts facts-instant">
        <Fact
          name="Looked up ahead and used"
          meaning={`Of ${formatCount(prefetch.turnCount)} turns with requests ahead.`}
        >
          <ShareFigure share={prefetch.used} none="none made" />
        </Fact>
        <Fact
          name="Second attempts that won"
          meaning={`Of ${formatCount(hedge.attemptCount)}; ${formatCount(hedge.deniedCount)} more were due and not made.`}
        >
          <ShareFigure share={hedge.won} none="none made" />
        </Fact>
        <Fact name="Extra requests a turn" meaning={`Ahead of ${formatCount(turnCount)} ended turns, or beside them.`}>
          <span class="figure">
            <span class="value">{formatShare(extraPerTurn)}</span>
          </span>
        </Fact>
        {prefetch.leadMs !== undefined && (
          <Fact name="Asked for so long before" meaning="The median of those that were used.">
            <span class="figure">
              <span class="value">{formatMs(prefetch.leadMs)}</span>
            </span>
          </Fact>
        )}
        {saving && (
          <Fact
            name="Saved by it"
            meaning="The median to the first visible answer on pages without, less that on pages with it."
          >
            <span class="figure">
              <span class="value">{signed(saving.savedMs)}</span>
              <span class="interval">
                <span class="sr">interval </span>
                {signed(saving.lowMs)} to {signed(saving.highMs)}
              </span>
            </span>
          </Fact>
        )}
        {saving && (
          <Fact name="Without, and with it" meaning="Medians of the arms of the experiment named prefetch.">
            <FigureText figure={saving.off} /> <FigureText figure={saving.on} />
          </Fact>
        )}
      </dl>
      <p class="note">
        {prefetch.outcomes.length > 0 &&
          `What became of it, by turns: ${prefetch.outcomes.map(({name, count}) => `${BECAME[name]} ${formatCount(count)}`).join(', ')}. `}
        Requests ahead of questions that were never sent are in no record: the server's own <code>/health</code> counts
        them.
      </p>
    </section>
  );
}

function Fact({name, meaning, children}: {name: string; meaning: string; children: ComponentChildren}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
      <dd class="meaning">{meaning}</dd>
    </div>
  );
}

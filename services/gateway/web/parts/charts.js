// Small charts of what the server counted.

import { svg } from '../dom.js';
import { some } from '../format.js';

/** Sessions per day: the whole bar those made, the filled part those completed. */
export function bars(days) {
  const most = Math.max(1, ...days.map(day => day.sessions));
  const width = 5;
  const height = 36;
  const total = days.reduce((sum, day) => sum + day.sessions, 0);
  const bar = (day, index, count, kind) =>
    svg('rect', {
      class: kind,
      x: index * width,
      y: height - (count / most) * height,
      width: width - 1.5,
      height: (count / most) * height,
      rx: 1,
    });
  return svg(
    'svg',
    {
      class: 'bars',
      viewBox: `0 0 ${days.length * width} ${height + 1}`,
      role: 'img',
      'aria-label': `${some(total, 'session')} in ${days.length} days, at most ${most} a day`,
    },
    svg('path', { class: 'ground', d: `M0 ${height + 0.5}H${days.length * width}` }),
    days.map((day, index) =>
      svg(
        'g',
        {},
        svg('title', {}, `${day.date}: ${some(day.sessions, 'session')}, ${day.completed} done`),
        bar(day, index, day.sessions, 'all'),
        bar(day, index, day.completed, 'done'),
      ),
    ),
  );
}

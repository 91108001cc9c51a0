import { row } from '../../testing/rows';
import { totalOf } from './row';
import { judge, judgeWait } from './verdict';

const NOW = 1_000_000_000;

it.each([
  ['good', 'On target', {}],
  ['good', 'On target', { waiting: 1, waitingSince: NOW - 20_000 }],
  ['watch', 'Wait over target', { waiting: 1, waitingSince: NOW - 20_001 }],
  ['critical', 'Long wait', { waiting: 1, waitingSince: NOW - 60_001 }],
  ['watch', 'All agents busy', { waiting: 1, waitingSince: NOW, idle: 0 }],
  ['critical', 'No agents', { waiting: 1, waitingSince: NOW, onQueue: 0, idle: 0 }],
  ['watch', 'Below 80 %', { serviceLevel: 0.79 }],
  ['watch', 'Below 80 %', { serviceLevel: 0.66 }],
  ['critical', 'Below 80 %', { serviceLevel: 0.64 }],
  ['good', 'On target', { serviceLevel: 0.8 }],
  ['none', 'Quiet', { onQueue: 0, idle: 0, serviceLevel: null }]
] as const)('is %s, "%s", for %j', (level, reason, changes) => {
  expect(judge(row(changes), NOW)).toEqual({ level, reason });
});

it('names what happens now before what happened', () => {
  expect(judge(row({ waiting: 1, waitingSince: NOW - 90_000, serviceLevel: 0.1 }), NOW).reason).toBe('Long wait');
});

it('judges a total by what each queue promises: an e-mail may wait where a call may not', () => {
  const email = row({ waiting: 1, waitingSince: NOW - 600_000, target: { ratio: 0.9, withinMs: 3_600_000 } });
  const call = row({ waiting: 1, waitingSince: NOW - 5_000, offered: 99 });
  expect(judgeWait(totalOf([email, call]), NOW).level).toBe('good');
  expect(judgeWait(totalOf([email, { ...call, waitingSince: NOW - 30_000 }]), NOW).level).toBe('watch');
});

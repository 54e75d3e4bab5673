import { Random } from '../../random.js';

/** A file of labelled letters: 20 hosts with three TCP channels each; ten call like clockwork, ten do as people do. */
export function madeLetters(): string {
  const random = new Random(5);
  const pick = (from: string): string => from[random.below(from.length)]!;
  const lines = ['label\tclass\ttuple4\tletters'];
  for (let host = 1; host <= 20; host++) {
    const bot = host <= 10;
    for (let channel = 1; channel <= 3; channel++) {
      const flows = 10 + random.below(8);
      const text = Array.from(
        { length: flows },
        () => (bot ? pick('aaabA') : pick('rRStUvXZ')) + (bot ? ',' : pick('.,+*')),
      );
      lines.push(
        `From-${bot ? 'Botnet' : 'Normal'}-TCP\t\t10.0.0.${host}-192.0.2.${channel}-80-tcp\t${bot ? '11,' : '14*'}${text.join('')}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The usual header of CTU's files. */
export const HEADER =
  'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,SrcPkts,Label';
/** A UDP flow with an answer. */
export const ROW =
  '2018/03/09 20:49:16.520001,0.034025,udp,10.10.1.4,56166,  <->,10.10.1.1,53,CON,0,0,2,218,76,1,flow=Background';

/** One row by the cells that differ from `ROW`. */
export function row(cells: Partial<Record<string, string>>): string {
  const names = HEADER.split(',');
  return ROW.split(',')
    .map((c, i) => cells[names[i]!] ?? c)
    .join(',');
}

import {CaseStore} from '/work/wt-console/dist/ingest/case/case-store.js';
import {readFileSync} from 'node:fs';
const s=await CaseStore.open('/work/tmp-console/big.duckdb',{mode:'read',memoryLimit:process.env.MEM??'256MB',threads:Number(process.env.THREADS??2)});
const rss=()=>Math.round(process.memoryUsage().rss/1e6);
async function t(name,sql,v){ const w=performance.now(), c=process.cpuUsage(); let r; try { r=await s.db.all(sql,Object.fromEntries(Object.entries(v).filter(([k])=>new RegExp('\\$'+k+'\\b').test(sql)))); } catch(e) {console.log(name,e.message.slice(0,300));return} const u=process.cpuUsage(c); console.log(name.padEnd(20),'cpu',((u.user+u.system)/1e3).toFixed(0),'wall',(performance.now()-w).toFixed(0),'rss',rss(),'rows',r.length); }
const q=n=>readFileSync(`/work/wt-console/cli/console/queries/${n}.sql`,'utf8');
const p={profile:'10.68.168.4',site:'',window:'',limit:10000,address:'10.68.168.4',search:'',alerted:false,sort:'score',direction:'out',side:'orig',port:'resp'};
await t('hosts',q('hosts'),{...p,limit:2000});
for (const n of ['windows','info','evidence','timeline','tuples','beacons']) await t(n,q(n),p);
await t('counts',q('counts'),{...p,address:'resp'});
await t('counts in window',q('counts'),{...p,address:'resp',window:'2026-01-01 05:00:00.000000'});
await t('timeline window',q('timeline'),{...p,window:'2026-01-01 05:00:00.000000'});
await t('search',q('hosts'),{...p,search:'10.6',limit:2000});
console.log('HWM',readFileSync('/proc/self/status','utf8').match(/VmHWM.*/)[0]);

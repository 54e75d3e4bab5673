import {CaseStore} from '/work/wt-console/dist/ingest/case/case-store.js';
import {readFileSync} from 'node:fs';
const s=await CaseStore.open('/work/tmp-console/big.duckdb',{mode:'read',memoryLimit:process.env.MEM??'256MB',threads:Number(process.env.THREADS??2)});
const rss=()=>Math.round(process.memoryUsage().rss/1e6);
console.log('open',rss());
async function t(name,sql,v){ const w=performance.now(), c=process.cpuUsage(); const r=await s.db.all(sql,v); const u=process.cpuUsage(c); console.log(name.padEnd(30),'cpu',((u.user+u.system)/1e3).toFixed(0),'wall',(performance.now()-w).toFixed(0),'rss',rss(),'rows',r.length, process.env.SHOW?JSON.stringify(r.slice(0,2)):''); }
const q=n=>readFileSync(`/work/wt-console/cli/console/queries/${n}.sql`,'utf8');
const base={search:'',alerted:false,sort:'score',limit:2000};
for (const arg of process.argv.slice(2)) {
 if (arg==='sizes') await t('sizes',"select (select count(*) from profiles) p,(select count(*) from evidence) e,(select count(*) from letters) l, (select count(*) from pairs) pa, (select count(*) from names) n, (select count(*) from addresses) a,(select max(c) from (select count(*) c from evidence group by profile)) maxev");
 else if (arg==='hosts') await t('hosts',q('hosts'),base);
 else if (arg.startsWith('select')||arg.startsWith('with')||arg.startsWith('explain')) {await t(arg.slice(0,30),arg);}
}

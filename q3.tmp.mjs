import {CaseStore} from '/work/wt-console/dist/ingest/case/case-store.js';
import {readFileSync} from 'node:fs';
const s=await CaseStore.open('/work/tmp-console/big.duckdb',{mode:'read',memoryLimit:process.env.MEM??'128MB',threads:Number(process.env.THREADS??2)});
const rss=()=>Math.round(process.memoryUsage().rss/1e6);
const p={profile:'10.68.168.4',site:'',window:'',limit:10000,address:'10.68.168.4',search:'',alerted:false,sort:'score',direction:'out',side:'orig',port:'resp'};
const src=readFileSync(process.argv[2],'utf8').split(/^---.*\n/m);
for (const sql of src) { for(let i=0;i<2;i++){const w=performance.now(), c=process.cpuUsage(); let r; try { r=await s.db.all(sql,Object.fromEntries(Object.entries(p).filter(([k])=>new RegExp('\\$'+k+'\\b').test(sql)))); } catch(e) {console.log(e.message.slice(0,300));break} const u=process.cpuUsage(c); console.log(sql.slice(0,40).replaceAll('\n',' ').padEnd(40),'cpu',((u.user+u.system)/1e3).toFixed(0),'wall',(performance.now()-w).toFixed(0),'rss',rss(),'rows',r.length); if (sql.startsWith('EXPLAIN')) console.log(r[0].explain_value)}}

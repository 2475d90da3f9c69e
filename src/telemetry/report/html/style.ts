const light =
  '--ground:#f6f7f9;--card:#fff;--ink:#171b24;--soft:#5b6475;--line:#dfe3ea;--done:#12875a;--run:#2766d8;--wait:#b76a00;--fail:#c8322f;--skip:#8a93a3;--lost:#a9b1bf;--hot:#7a3ff2;--queue:#c6cdd9;--part:#b9cdf6';
const dark =
  '--ground:#0d1016;--card:#161b24;--ink:#e8ecf3;--soft:#98a2b3;--line:#2a3140;--done:#3ecf8e;--run:#6ea0ff;--wait:#f0a63a;--fail:#ff6b66;--skip:#727c8d;--lost:#596375;--hot:#b18cff;--queue:#3a4354;--part:#2b4273';

/** The looks of a report, light and dark. */
export const reportStyle: string = `
:root{${light};color-scheme:light}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark};color-scheme:dark}}
:root[data-theme=dark]{${dark};color-scheme:dark}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1240px;margin:0 auto;padding:28px 24px 80px}
a{color:inherit;text-decoration:none}
h1{font-size:30px;line-height:1.2;letter-spacing:-.02em;margin:6px 0 8px}
h2{font-size:19px;letter-spacing:-.01em;margin:0 0 4px}
section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:20px 22px;margin-top:20px}
.top{display:flex;justify-content:space-between;align-items:center}
.brand{font-weight:700;letter-spacing:.02em;color:var(--hot);margin:0}
.summary{max-width:75ch;margin:4px 0}
.hint{color:var(--soft);font-size:13px;margin:2px 0 12px}
button,input,select{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:5px 10px}
button{cursor:pointer}
:focus-visible{outline:2px solid var(--run);outline-offset:2px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(98px,1fr));gap:10px;margin:18px 0 0}
.figures div{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:10px 12px}
dt{color:var(--soft);font-size:12.5px}
dd{margin:0;font-size:21px;font-weight:650;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.tag{font-size:12px;font-weight:600;border-radius:99px;padding:2px 9px;color:var(--c,var(--soft));border:1px solid currentColor;white-space:nowrap}
h1 .tag{font-size:14px;letter-spacing:0;vertical-align:middle}
.s-done{--c:var(--done)}.s-running,.s-ready,.s-joining,.s-expanded{--c:var(--run)}.s-waiting,.s-suspended,.s-paused{--c:var(--wait)}
.s-failed{--c:var(--fail)}.s-skipped,.s-cancelled,.s-pending{--c:var(--skip)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;padding:0;margin:4px 0 14px;font-size:13px;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:7px}
.legend .bar{position:static;width:22px;flex:none}
.axis,.row,.gaps{display:grid;grid-template-columns:minmax(110px,190px) 1fr 68px;gap:10px;align-items:center}
.axis{height:20px;font-size:12px;color:var(--soft);padding-right:12px}
.axis i{position:absolute;white-space:nowrap;font-style:normal;transform:translateX(-1px);border-left:1px solid var(--line);padding-left:4px}
.track{position:relative;height:100%}
.rows{position:relative;overflow-y:auto;padding-right:12px;scrollbar-gutter:stable}
.row{height:22px;font-size:13px;border-radius:5px;position:relative}
.dense .rows{max-height:1080px}
.close .row{height:17px;font-size:12px}
.dense .row{height:15px;font-size:11px}
.row:hover,.row.lit{background:color-mix(in srgb,var(--run) 12%,transparent)}
.name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.row.s-failed .name{color:var(--fail);font-weight:600}
.row.s-skipped .name,.row.s-cancelled .name{color:var(--soft)}
.row.hot .name{font-weight:650}
.work{color:var(--soft);font-size:12px;text-align:right;font-variant-numeric:tabular-nums}
.dense .work{font-size:10.5px}
.bar{position:absolute;display:block;top:50%;height:12px;margin-top:-6px;border-radius:3px}
.legend .bar{margin:0}
.dense .row .bar{height:9px;margin-top:-4.5px}
.k-running{background:var(--done)}.s-failed .k-running{background:var(--fail)}.k-joining{background:var(--run)}
.k-waiting{background:var(--wait)}
.row .k-queued,.legend .k-queued{background:var(--queue);height:4px;margin-top:-2px}
.row .k-expanded,.legend .k-expanded{background:var(--part);height:6px;margin-top:-3px}
.legend .k-queued,.legend .k-expanded{margin:0}
.k-lost,.gap{background:repeating-linear-gradient(135deg,var(--lost) 0 3px,transparent 3px 6px);border:1px solid var(--lost)}
.gaps{position:absolute;inset:0 12px 0 0;height:auto;align-items:stretch;pointer-events:none}
.gaps .gap{position:absolute;top:0;bottom:0;border-width:0 1px;opacity:.55;background:repeating-linear-gradient(135deg,var(--wait) 0 2px,transparent 2px 8px);border-color:var(--wait)}
.legend .gap{background:repeating-linear-gradient(135deg,var(--wait) 0 2px,transparent 2px 8px);border-color:var(--wait)}
.row.hot .k-running{box-shadow:0 0 0 1.5px var(--card),0 0 0 3px var(--hot)}
.end{position:absolute;top:50%;width:8px;height:8px;margin-top:-4px;border-radius:50%;background:var(--c)}
.scroll{overflow:auto;max-height:720px}
.graph{display:block;font:12px system-ui,sans-serif}
.edge{fill:none;stroke:var(--line);stroke-width:1.2}
.edge.hot{stroke:var(--hot);stroke-width:2.4}
.box rect{fill:var(--card);stroke:var(--line)}
.box circle{fill:var(--c)}
.box text{fill:var(--ink)}
.box.hot rect{stroke:var(--hot);stroke-width:2}
a:hover .box rect,a.lit .box rect{stroke:var(--run);stroke-width:2}
a:focus-visible .box rect{stroke:var(--run);stroke-width:3}
.tools{display:flex;flex-wrap:wrap;gap:10px 14px;align-items:center;margin:10px 0 14px;color:var(--soft);font-size:14px}
.tools input{min-width:240px}
.log{border-top:1px solid var(--line)}
.log[hidden]{display:none}
.log:target{background:color-mix(in srgb,var(--run) 8%,transparent)}
summary{display:flex;align-items:center;gap:10px;padding:7px 4px;cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
.dot{width:9px;height:9px;border-radius:50%;background:var(--c);flex:none}
.goal{color:var(--soft);overflow:hidden;text-overflow:ellipsis;white-space:nowrap;flex:1;min-width:0}
.facts{color:var(--soft);font-size:13px;margin:0 0 6px 24px}
.log ol{list-style:none;margin:0 0 12px 24px;padding:0;font-size:13px}
.log li{display:flex;gap:12px;padding:1px 0}
time{color:var(--soft);flex:none;width:64px;text-align:right;font-variant-numeric:tabular-nums}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:12.5px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.e-problem pre{color:var(--fail)}.e-result pre{color:var(--done)}.e-state pre{color:var(--soft)}
footer{color:var(--soft);font-size:13px;margin-top:24px;text-align:center}
@media (max-width:640px){main{padding:18px 12px}section{padding:16px 12px}.axis,.row,.gaps{grid-template-columns:92px 1fr 56px}.goal,.axis i:nth-child(even){display:none}.tools input{min-width:150px}}
@media print{.rows,.scroll{max-height:none;overflow:visible}}
`;

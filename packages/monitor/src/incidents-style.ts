/** How the page of incidents looks, in light and in dark. */
export const pageStyle = `:root{color-scheme:light dark;--paper:#f6f7f9;--card:#fff;--ink:#1c2430;--soft:#5b6675;--rule:#dde2e9;
--well:#dff1e6;--bad:#d9483b;--pair:#7c1d6f}
@media (prefers-color-scheme:dark){:root{--paper:#12161c;--card:#1b212a;--ink:#e6eaf0;--soft:#98a3b3;--rule:#2e3743;
--well:#1e3a2b;--bad:#f0695c;--pair:#d77bc9}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:72rem;margin:0 auto;padding:2rem 1.25rem}
header{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:0 2rem;margin-bottom:1rem}
h1{font-size:1.5rem;margin:0}p{margin:0;color:var(--soft);font-variant-numeric:tabular-nums}
.timeline,.scroll,.none{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:1.25rem}
.scroll{margin-top:1.25rem;overflow-x:auto;padding:.5rem 1.25rem}
.lane+.lane{margin-top:1rem}
.name{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;margin-bottom:.3rem}
.name span,small,.ticks{color:var(--soft);font-size:.87rem;font-variant-numeric:tabular-nums}
.line{position:relative;height:1.75rem;background:var(--well);border-radius:5px;overflow:hidden}
.line i{position:absolute;top:0;bottom:0;min-width:3px;background:var(--bad)}
.line i.pair{background:var(--pair)}
.line i.lasts{background:repeating-linear-gradient(135deg,var(--bad) 0 6px,transparent 6px 10px),var(--well)}
.ticks{display:flex;justify-content:space-between;margin-top:-.5rem}
table{border-collapse:collapse;width:100%}
th{font-size:.87rem;font-weight:600;color:var(--soft)}
th,td{text-align:left;vertical-align:top;padding:.6rem 1.25rem .6rem 0;border-bottom:1px solid var(--rule)}
tr:last-child td{border-bottom:0}
td:nth-child(-n+3){white-space:nowrap;font-variant-numeric:tabular-nums}
small{display:block}em{font-style:normal;color:var(--bad);font-weight:600}`;

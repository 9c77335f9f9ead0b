/// How pages and drawings look. Colours have names; dark ones replace them on dark screens, never on paper.
enum StyleSheet {
  /// For drawings, in a page or alone.
  static let drawing: StaticString = """
    :root { --paper: #fbfaf7; --card: #ffffff; --ink: #1c2127; --muted: #606a74; --line: #cfccc4;
      --grid: #e9e6df; --good: #2f8f5b; --bad: #c8442f; --s0: #2b6cb0; --s1: #d2600f; --s2: #2f8f5b;
      --s3: #8a4fbe; --s4: #c23b55; --s5: #00828c; --s6: #9a6b00; --s7: #56677a; --s8: #b8468d; --s9: #5f8120; }
    @media screen and (prefers-color-scheme: dark) {
      :root { --paper: #14171a; --card: #1b1f23; --ink: #e7e9eb; --muted: #9da7b0; --line: #444b52;
        --grid: #2a2f35; --good: #4fb783; --bad: #f0705a; --s0: #6cabee; --s1: #f2964a; --s2: #59bf8a;
        --s3: #bd8df0; --s4: #f07b91; --s5: #3cc0ca; --s6: #d9a93a; --s7: #98a9bb; --s8: #ea83c2; --s9: #a3c75c; }
    }
    svg text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
      font-size: 12px; fill: var(--muted); font-variant-numeric: tabular-nums; }
    svg .key, svg .note { fill: var(--ink); }
    svg .note { font-weight: 600; }
    svg .cell { fill: var(--ink); font-size: 11px; }
    svg path { fill: none; }
    .grid { stroke: var(--grid); stroke-width: 1; }
    .axis { stroke: var(--line); stroke-width: 1; }
    .guide { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 3 3; }
    .line { stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
    .line.faint { stroke: var(--line); stroke-width: 1; }
    .bar { fill: var(--s0); fill-opacity: .75; } .bar.few { fill-opacity: .25; }
    .zero { fill: var(--grid); fill-opacity: .45; }
    svg .hit { fill: var(--good); } svg .miss { fill: var(--bad); }
    .h1, .m1 { fill-opacity: .16; } .h2, .m2 { fill-opacity: .24; } .h3, .m3 { fill-opacity: .34; }
    .h4, .m4 { fill-opacity: .46; } .h5, .m5 { fill-opacity: .6; }
    .line.s0 { stroke: var(--s0); } .line.s1 { stroke: var(--s1); } .line.s2 { stroke: var(--s2); }
    .line.s3 { stroke: var(--s3); } .line.s4 { stroke: var(--s4); } .line.s5 { stroke: var(--s5); }
    .line.s6 { stroke: var(--s6); } .line.s7 { stroke: var(--s7); } .line.s8 { stroke: var(--s8); }
    .line.s9 { stroke: var(--s9); }
    .dot { stroke: var(--card); stroke-width: 1; }
    .dot.s0 { fill: var(--s0); } .dot.s1 { fill: var(--s1); } .dot.s2 { fill: var(--s2); }
    .dot.s3 { fill: var(--s3); } .dot.s4 { fill: var(--s4); } .dot.s5 { fill: var(--s5); }
    .dot.s6 { fill: var(--s6); } .dot.s7 { fill: var(--s7); } .dot.s8 { fill: var(--s8); }
    .dot.s9 { fill: var(--s9); } .dot.faint { fill: var(--line); }
    .ground { fill: var(--paper); } .area { fill-opacity: .45; } svg .over { pointer-events: none; }
    .part { fill: var(--line); fill-opacity: .5; stroke: var(--paper); stroke-width: 1; }

    """

  /// For what is around drawings.
  static let page: StaticString = """
    * { box-sizing: border-box; }
    html { color-scheme: light dark; -webkit-text-size-adjust: 100%; }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system,
      "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
    main { max-width: 74rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
    h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -.015em; margin: .25rem 0 .5rem;
      overflow-wrap: anywhere; text-wrap: balance; }
    h2 { font-size: 1.2rem; line-height: 1.3; letter-spacing: -.01em; margin: 3rem 0 .35rem; }
    h3 { font-size: .95rem; line-height: 1.3; margin: 0 0 .6rem; }
    p { margin: .25rem 0 .9rem; max-width: 44rem; overflow-wrap: anywhere; }
    .kind { color: var(--muted); font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; margin: 0; }
    .lead, .hint { color: var(--muted); } .hint { font-size: .9rem; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .75rem;
      margin: 1.5rem 0 0; padding: 0; }
    .tile { background: var(--card); border: 1px solid var(--grid); border-radius: .6rem; padding: .8rem .95rem .75rem; }
    .tile dt { color: var(--muted); font-size: .8rem; }
    .tile dd { margin: 0; font-size: .8rem; color: var(--muted); line-height: 1.4; overflow-wrap: anywhere; }
    .tile dd.value { color: var(--ink); font-size: 1.5rem; line-height: 1.35; font-weight: 600;
      letter-spacing: -.015em; font-variant-numeric: tabular-nums; }
    .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem; }
    .beside { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: flex-start; margin-top: .9rem; }
    .beside .chart { flex: 1 1 20rem; max-width: 29rem; } .beside .table, .beside details { flex: 1 1 30rem; margin-top: 0; min-width: 0; }
    .beside th, .beside td { padding: .32rem .5rem; }
    .charts, .table, .grid-of-pictures { margin-top: .9rem; }
    figure { margin: 0; }
    .chart { background: var(--card); border: 1px solid var(--grid); border-radius: .6rem; padding: .95rem 1rem .85rem;
      max-width: 34rem; }
    .chart svg { display: block; width: 100%; height: auto; overflow: visible; }
    figcaption { color: var(--muted); font-size: .82rem; line-height: 1.45; margin-top: .6rem; overflow-wrap: anywhere; }
    .table { overflow-x: auto; }
    table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; width: 100%;
      max-width: 60rem; }
    th, td { text-align: right; padding: .34rem .7rem; border-bottom: 1px solid var(--grid); white-space: nowrap; }
    th { color: var(--muted); font-weight: 500; vertical-align: bottom; white-space: normal; }
    th:first-child, td:first-child { text-align: left; padding-left: 0; }
    th:last-child, td:last-child { padding-right: 0; }
    tr.mean td { color: var(--muted); }
    tr.best td { font-weight: 600; }
    .table.network table { width: auto; min-width: min(100%, 34rem); }
    .table.network th:not(:last-child), .table.network td:not(:last-child) { text-align: left; }
    .table.words td, .table.words th { text-align: left; white-space: normal; }
    td .level { display: inline-block; vertical-align: middle; height: .55rem; border-radius: .15rem;
      background: var(--bad); opacity: .7; margin-left: .5rem; }
    .grid-of-pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.1rem, 1fr)); gap: .9rem .7rem; }
    .grid-of-pictures figure { text-align: center; }
    .grid-of-pictures figcaption { font-size: .78rem; line-height: 1.35; margin-top: .3rem; }
    .grid-of-pictures figcaption b { color: var(--ink); font-weight: 600; font-size: .88rem; }
    img { image-rendering: pixelated; }
    .grid-of-pictures img { display: block; margin: 0 auto; width: 4.5rem; height: 4.5rem; object-fit: contain; background: #000; border-radius: .3rem; }
    .filters { display: flex; flex-wrap: wrap; gap: .35rem; margin: .5rem 0 1.2rem; }
    .filters img { width: 2.5rem; height: 2.5rem; border-radius: .15rem; }
    .filters.maps img { width: 3.4rem; height: 3.4rem; }
    pre { background: var(--card); border: 1px solid var(--grid); border-radius: .6rem; padding: .8rem .95rem;
      font: .85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap;
      overflow-wrap: anywhere; margin: .6rem 0 1rem; }
    .facts { font-size: .9rem; margin: .6rem 0 0; max-width: 60rem; }
    .facts.many { columns: 2 24rem; column-gap: 3rem; font-size: .84rem; }
    .facts div { display: grid; grid-template-columns: minmax(9rem, 14rem) 1fr; gap: 0 1rem; padding: .14rem 0; break-inside: avoid; }
    .facts dt { color: var(--muted); overflow-wrap: anywhere; } .facts dd { margin: 0; overflow-wrap: anywhere; }
    .warnings { border-left: 3px solid var(--s1); padding: .1rem 0 .1rem .9rem; margin: 1.25rem 0 0; }
    .warnings p { margin: .3rem 0; }
    details { margin-top: .9rem; } summary { cursor: pointer; color: var(--muted); font-size: .9rem; }
    footer { margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--grid); color: var(--muted); font-size: .82rem; }
    @media (max-width: 30rem) {
      main { padding: 1.5rem 1rem 3rem; } h1 { font-size: 1.45rem; } h2 { margin-top: 2.25rem; }
      .tiles { grid-template-columns: 1fr 1fr; gap: .6rem; } .tile { padding: .65rem .75rem; }
      .tile dd.value { font-size: 1.25rem; } .chart { padding: .8rem .75rem .75rem; }
      table { font-size: .82rem; } th, td { padding: .34rem .4rem; }
      .grid-of-pictures { grid-template-columns: repeat(4, 1fr); gap: .8rem .5rem; }
        .facts div { grid-template-columns: 8.5rem 1fr; }
    }
    @media print {
      @page { margin: 16mm 14mm; }
      html { font-size: 80%; } body { background: #fff; } main { padding: 0; max-width: none; }
      .chart, .tile, pre { border-color: #ccc; } h2 { break-after: avoid; margin-top: 2rem; }
      figure, .tile, tr { break-inside: avoid; } .charts { grid-template-columns: 1fr 1fr; }
      .tiles { grid-template-columns: repeat(4, 1fr); } footer { margin-top: 1.5rem; padding-top: .5rem; }
      .table { overflow: visible; }
      * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    }

    """
}

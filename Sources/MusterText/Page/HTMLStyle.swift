/// The look of the page: one column, numbers aligned, colours that also tell apart without red and green.
package enum HTMLStyle {
    package static let sheet = colors + text + plots + tables + media

    private static let colors = """
        :root{color-scheme:light dark;--back:#fff;--ink:#16191d;--soft:#565f6a;--rule:#e2e6ea;--grid:#e9ecef;--tint:#dce8f3;
        --hover:rgba(20,30,40,.09);--line:#3f78a8;--mark:#16191d;--warn:#fff4dc;--warn-edge:#c98a12;
        --c1:#8d97a1;--c2:#5a8fbd;--c3:#a9c8e0;--c4:#e2a33a;--c5:#c8402f;--c6:#b9c1c8}
        @media(prefers-color-scheme:dark){:root{--back:#14171a;--ink:#e6e9ec;--soft:#a0aab4;--rule:#2c3238;--grid:#252a30;
        --tint:#24394c;--hover:rgba(230,240,250,.12);--line:#74a9d4;--mark:#e6e9ec;--warn:#2e2614;--warn-edge:#d9a036;
        --c1:#7d8791;--c2:#4f86b5;--c3:#2f536f;--c4:#d59a38;--c5:#e5604f;--c6:#525b64}}

        """

    private static let text = """
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
        "Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums lining-nums}
        main{max-width:1080px;margin:0 auto;padding:40px 28px 56px}
        h1{font-size:26px;line-height:1.25;font-weight:650;letter-spacing:-.01em;margin:2px 0 6px;overflow-wrap:anywhere}
        h2{font-size:17px;line-height:1.3;font-weight:650;margin:0}
        p{margin:0}
        .soft{color:var(--soft);font-size:13.5px;overflow-wrap:anywhere}
        section{margin-top:44px}
        code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88em}
        .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:20px 28px;margin:28px 0 0;
        padding:20px 0;border-top:1px solid var(--rule);border-bottom:1px solid var(--rule)}
        .facts div{display:flex;flex-direction:column-reverse;justify-content:flex-end;min-width:0}
        .facts dt{color:var(--soft);font-size:13px;overflow-wrap:anywhere}
        .facts dd{margin:0;font-size:26px;line-height:1.25;font-weight:600;letter-spacing:-.015em;overflow-wrap:anywhere}
        .facts small{display:block;font-size:12.5px}
        .notes{margin:24px 0 0;padding:12px 16px;background:var(--warn);border-left:3px solid var(--warn-edge);
        list-style:none;font-size:14px;overflow-wrap:anywhere}
        .notes li+li{margin-top:6px}
        .two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:0 44px}
        footer{margin-top:48px;padding-top:14px;border-top:1px solid var(--rule)}

        """

    private static let plots = """
        figure{margin:12px 0 0}
        .plot{padding:0 6px 0 50px}
        .plot svg{display:block;width:100%;overflow:visible}
        .plot svg svg{overflow:hidden}
        .plot text{font-size:12px;fill:var(--soft)}
        .plot .axis{stroke:var(--soft);stroke-width:1;shape-rendering:crispEdges;opacity:.55}
        .plot .grid{stroke:var(--grid);stroke-width:1;shape-rendering:crispEdges}
        .plot .mark{stroke:var(--mark);stroke-width:1;shape-rendering:crispEdges;stroke-dasharray:3 3}
        .plot .label{fill:var(--ink);stroke:var(--back);stroke-width:5px;stroke-linejoin:round;paint-order:stroke}
        .plot .spot{fill:transparent}
        .plot .spot:hover{fill:var(--hover)}
        .bare{padding:0}
        .f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}.f5{fill:var(--c5)}.f6{fill:var(--c6)}
        .legend{display:flex;flex-wrap:wrap;gap:2px 18px;margin:6px 0 10px;padding:0;list-style:none;font-size:13px;
        color:var(--soft)}
        .swatch{display:inline-block;width:10px;height:10px;margin-right:7px;border-radius:2px}
        .b1{background:var(--c1)}.b2{background:var(--c2)}.b3{background:var(--c3)}.b4{background:var(--c4)}
        .b5{background:var(--c5)}.b6{background:var(--c6)}
        .sub{margin:18px 0 6px;font-size:13px;color:var(--soft)}

        """

    private static let tables = """
        .scroll{overflow-x:auto;margin-top:10px}
        .scroll:focus-visible{outline:2px solid var(--line);outline-offset:2px}
        table{border-collapse:collapse;width:100%;font-size:14px}
        th,td{padding:5px 0 5px 20px;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule);font-weight:400}
        th:first-child,td:first-child{padding-left:0}
        thead th{font-size:13px;color:var(--soft);white-space:nowrap;vertical-align:bottom}
        .n{text-align:right;white-space:nowrap}
        .key{overflow-wrap:anywhere;min-width:9rem}
        .key.more{min-width:5rem}
        .key.note{min-width:15rem}
        th.first,th.bar{padding-left:6px}
        th.bar{background:linear-gradient(var(--tint),var(--tint)) 0 50%/var(--w) calc(100% - 6px) no-repeat}
        .lead{font-weight:600}
        .bad{margin:10px 0 0;padding:0;list-style:none}
        .bad li{padding:10px 0;border-bottom:1px solid var(--rule);font-size:14px;overflow-wrap:anywhere}
        .bad pre{margin:6px 0 0;white-space:pre-wrap;overflow-wrap:anywhere;color:var(--soft)}
        mark{background:var(--c5);color:#fff;padding:0 1px;border-radius:2px}
        @media(prefers-color-scheme:dark){mark{color:#14171a}}

        """

    private static let media = """
        @media(max-width:600px){main{padding:24px 16px 40px}h1{font-size:22px}section{margin-top:34px}
        .facts{grid-template-columns:1fr 1fr;gap:16px 20px}.facts dd{font-size:21px}
        .plot{padding-left:42px;padding-right:2px}.plot.bare{padding:0}.plot .alt{display:none}
        th,td{padding-left:14px}.key{min-width:8.5rem}}
        @media print{:root{--back:#fff;--ink:#000;--soft:#444;--rule:#ccc;--grid:#ddd;--tint:#dce8f3}
        *{-webkit-print-color-adjust:exact;print-color-adjust:exact}body{font-size:11pt}main{max-width:none;padding:0}
        section{margin-top:24pt}figure,tr,.bad li,.facts{break-inside:avoid}h2{break-after:avoid}.scroll{overflow:visible}
        .key{min-width:0}}

        """
}

internal import MusterText

/// What the page adds to the look of all our pages: lines and points of many contenders.
enum PageStyle {
    static let sheet = HTMLStyle.sheet + colors + series + layout + media

    private static let light =
        "--s0:#0b6cb3;--s1:#c05a00;--s2:#00805a;--s3:#9b3fa8;--s4:#8a6d00;--s5:#1f93b8;--s6:#6b5bd0;--so:#d11f3c;"
        + "--sl:#16191d;--sx:#7b858f"
    private static let dark =
        "--s0:#58a9ea;--s1:#f0934a;--s2:#3fc094;--s3:#d58be0;--s4:#d3b445;--s5:#63cdec;--s6:#a89bf5;--so:#ff6378;"
        + "--sl:#e6e9ec;--sx:#98a2ac"

    private static let colors = """
        :root{\(light)}
        @media(prefers-color-scheme:dark){:root{\(dark)}}

        """

    /// The second seven models have the colours of the first, dashed and with hollow points.
    private static let series: String = {
        var rules = """
            .line{fill:none;stroke-width:1.6;stroke-linejoin:round;vector-effect:non-scaling-stroke}
            .dot{stroke-width:1.6}
            .plot svg .point{overflow:visible}
            .line.so{stroke-width:2.8}
            .so{stroke:var(--so)}.dot.so,.fill.so{fill:var(--so)}
            .sl{stroke:var(--sl);stroke-dasharray:1.5 3.5}.dot.sl{stroke-dasharray:none;fill:none}.fill.sl{fill:var(--sl)}

            """
        for index in 0..<SeriesStyle.modelCount {
            let isSecond = index >= 7
            let color = "var(--s\(index % 7))"
            rules += ".s\(index){stroke:\(color)\(isSecond ? ";stroke-dasharray:7 3" : "")}"
            rules += ".dot.s\(index){fill:\(isSecond ? "var(--back);stroke-dasharray:none" : color)}"
            rules += ".fill.s\(index){fill:\(color)}\n"
        }
        let dashes = ["2 2", "8 2 2 2", "4 4", "10 4", "2 5", "6 2 2 2 2 2", "12 3"]
        for index in 0..<SeriesStyle.externalCount {
            rules += ".sx\(index){stroke:var(--sx);stroke-dasharray:\(dashes[index])}"
            rules += ".dot.sx\(index){fill:var(--back);stroke-dasharray:none}.fill.sx\(index){fill:var(--sx)}\n"
        }
        return rules
            + ".fill{stroke:none}.reach{stroke:var(--ink);stroke-width:1.2}.rail{stroke:var(--rule);stroke-width:1.2}.plot .dot.hollow{fill:var(--back)}\n"
    }()

    private static let layout = """
        main{max-width:1240px}
        h2,h3,.told{overflow-wrap:anywhere}
        .key-line{white-space:nowrap}
        svg.sample{display:inline-block;vertical-align:-1px;margin-right:8px}
        .facts{grid-template-columns:repeat(4,1fr)}.facts dd{font-size:16px;letter-spacing:0}
        .plot.model{padding-left:58px;padding-top:4px}
        .axis-title{font-size:13px;color:var(--soft);margin:0 0 4px}
        .under{text-align:center;margin:2px 0 0}
        h3{font-size:15px;line-height:1.3;font-weight:650;margin:24px 0 2px}
        .two>figure,.one>figure{margin:0;min-width:0}
        .workload .two,.measured .two{align-items:start}
        .advice{margin:18px 0 0;padding:0;list-style:none;font-size:14.5px;overflow-wrap:anywhere}
        .advice li{padding:6px 0;border-bottom:1px solid var(--rule)}
        .advice a,.jump{color:inherit;font-weight:600;text-decoration-color:var(--soft);text-underline-offset:3px}
        .told{margin-top:6px;font-size:15px;max-width:75ch}
        .ours th,.ours td{font-weight:600}
        .best{background:var(--tint)}
        .absent{margin:10px 0 0;padding:0;list-style:none;font-size:13.5px;color:var(--soft);overflow-wrap:anywhere}
        .read{max-width:75ch;font-size:14.5px}.read p{margin-top:8px}
        .scroll table{font-size:13.5px}.scroll th,.scroll td{padding-left:14px}
        .key-line small{color:var(--soft);font-size:12px;font-weight:400}
        .two .scroll th,.two .scroll td{padding-left:9px}
        .scroll tr>:first-child,.two .scroll tr>:first-child{padding-left:0}

        """

    private static let media = """
        @media(max-width:600px){.facts{grid-template-columns:1fr 1fr}.plot.model{padding-left:46px}
        .key-line{position:sticky;left:0;background:var(--back)}.key-line small{display:block;padding-left:34px}
        .scroll table{font-size:13px}.scroll th,.scroll td,.two .scroll th,.two .scroll td{padding-left:8px}svg.sample{width:28px;margin-right:6px}}
        @page{margin:11mm}
        @media print{:root{\(light)}.workload{break-before:page}.two{grid-template-columns:1fr 1fr;gap:0 16pt}
        h2,h3{break-after:avoid}h3{margin-top:8pt}.two .plot{zoom:.6}.absent{font-size:8pt}tr{break-inside:avoid}.two{margin-top:0}section.workload{margin-top:0}.plot svg{max-width:none}
        .scroll table{font-size:7.5pt;line-height:1.2}.scroll thead th{font-size:7pt}.scroll th,.scroll td{padding:.8pt 0 .8pt 7pt}
        .two .scroll table{font-size:6.8pt}.two .scroll th,.two .scroll td{padding-left:3pt}.two .scroll thead th{font-size:6.5pt}
        .soft{font-size:8.5pt}.told{font-size:10pt}.two svg.sample{width:22px;margin-right:3px}svg.sample{height:8px}
        .advice li{padding:2pt 0;font-size:9.5pt;break-inside:avoid}.key-line small{font-size:6.5pt}}

        """
}

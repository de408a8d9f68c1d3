extension ShareSheet {
  /// The beginning of a page that fits on one sheet of A4.
  static func head(title: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <title>\(title)</title>
    <style>
      @page { size: A4; margin: 14mm 16mm; }
      * { box-sizing: border-box; }
      body { margin: 0 auto; max-width: 178mm; padding: 24px; color: #111; background: #fff;
        font: 13px/1.4 system-ui, "Noto Sans", "Noto Sans CJK SC", "DejaVu Sans", sans-serif; }
      header { border-bottom: 2px solid #111; padding-bottom: 10px; margin-bottom: 12px; }
      .kind { letter-spacing: .06em; text-transform: uppercase; font-size: 12px; margin: 0; color: #444; }
      h1 { font-size: 26px; line-height: 1.2; margin: 4px 0 8px; }
      h1 span { font-size: 20px; font-weight: 500; margin-left: 10px; }
      .rule { font-size: 15px; margin: 0; }
      table.facts { border-collapse: collapse; width: 100%; margin-bottom: 12px; }
      .facts th { text-align: left; font-weight: 500; color: #444; padding: 3px 12px 3px 0; white-space: nowrap; }
      .facts td { font-family: "DejaVu Sans Mono", "Noto Sans Mono", monospace; padding: 3px 0; width: 80%; }
      ol.words { display: grid; grid-template-columns: repeat(3, 1fr); margin: 0; padding: 0;
        list-style: none; counter-reset: word; border-top: 1px solid #999; border-left: 1px solid #999; }
      .words li { counter-increment: word; border-right: 1px solid #999; border-bottom: 1px solid #999;
        padding: 7px 10px; font: 18px/1.3 "DejaVu Sans Mono", "Noto Sans Mono", monospace; }
      .words li::before { content: counter(word); display: inline-block; width: 2em; margin-right: .7em; font-size: 13px;
        text-align: right; color: #666; }
      ul.advice { padding-left: 18px; margin: 12px 0 0; }
      .advice li { margin-bottom: 6px; }
      @media print { body { padding: 0; max-width: none; } }
    </style>
    </head>
    <body>

    """
  }
}

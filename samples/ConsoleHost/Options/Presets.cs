namespace Signals.Samples.ConsoleHost.Options;

/// <summary>Ready-made mappings for two public shapes of data; each one is only what its options would say.</summary>
internal static class Presets
{
    /// <summary>The names, for messages.</summary>
    public const string All = "online-retail, git-activity, export";

    /// <summary>What `signals export` writes: no mapping, but a form of its own.</summary>
    public const string Export = "export";

    /// <summary>
    /// Purchases of a shop (UCI Online Retail). An event is one invoice line: the id covers the invoice, the item, its text,
    /// quantity and price, so that a line which is repeated exactly is one event.
    /// </summary>
    public static EventMapping OnlineRetail { get; } = new()
    {
        User = "CustomerID",
        Time = "InvoiceDate",
        TimeFormat = "iso",
        Type = new EventTypeMapping(EventTypeSource.OnlineRetail, "InvoiceNo", ["sale", "cancel", "adjust", "stock_writeoff"]),
        Id = ["InvoiceNo", "StockCode", "Description", "Quantity", "UnitPrice"],
        Fields =
        [
            new("invoice", ColumnKind.Text, 1, "InvoiceNo"),
            new("item", ColumnKind.Text, 1, "StockCode"),
            new("description", ColumnKind.Text, 1, "Description"),
            new("quantity", ColumnKind.Int32, 1, "Quantity"),
            new("unit_price", ColumnKind.Float32, 1, "UnitPrice"),
            new("country", ColumnKind.Text, 1, "Country"),
        ],
    };

    /// <summary>
    /// Who changed which file when. An event is one person's change of one file at one author time: the id covers repository
    /// and path, so that a rebased or cherry-picked commit repeats its events instead of adding new ones.
    /// </summary>
    public static EventMapping GitActivity { get; } = new()
    {
        User = "user_id",
        Time = "event_ts",
        TimeFormat = "unix-s",
        Type = new EventTypeMapping(EventTypeSource.Column, "event_type", ["A", "M", "D", "T"]),
        Id = ["repo", "item_path"],
        Fields =
        [
            new("repo", ColumnKind.Text, 1, "repo"),
            new("path", ColumnKind.Text, 1, "item_path"),
            new("arrival_s", ColumnKind.Int64, 1, "arrival_ts"),
            new("commit", ColumnKind.Text, 1, "commit_id"),
            new("committer", ColumnKind.Text, 1, "committer_id"),
            new("parents", ColumnKind.UInt8, 1, "n_parents"),
            new("blob", ColumnKind.Text, 1, "new_blob"),
        ],
    };

    /// <summary>The mapping called <paramref name="name"/>.</summary>
    public static EventMapping Find(string name) => name switch
    {
        "online-retail" => OnlineRetail,
        "git-activity" => GitActivity,
        _ => throw new UsageException($"--preset: there is no '{name}'; there are {All}"),
    };
}

namespace Signals.Core.Enrichment;

/// <summary>
/// Computes columns of events from their other columns, on the spot: a pure function, or a join with a table that is at hand. Written
/// once, run at indexing, offline and at serving. See <see cref="IEnrichmentStep"/> for what it promises.
/// </summary>
/// <example>
/// <code>
/// sealed class ItemPrice : IEnricher
/// {
///     private readonly Dictionary&lt;ulong, float> _prices;
///     private readonly Input&lt;ulong> _item;
///     private readonly Output&lt;float> _price;
///
///     public ItemPrice(Dictionary&lt;ulong, float> prices)
///     {
///         _prices = prices;
///         Signature = EnrichmentSignature.Named("item_price", version: 1)
///             .On("purchase").Input("item", out _item).Output("price", out _price).Build();
///     }
///
///     public EnrichmentSignature Signature { get; }
///
///     public void Enrich(EnrichmentBatch batch)
///     {
///         ColumnView&lt;ulong> items = batch.Read(_item);
///         ColumnWriter&lt;float> prices = batch.Write(_price);
///         for (int row = 0; row &lt; batch.Count; row++)
///         {
///             if (items.Has(row) &amp;&amp; _prices.TryGetValue(items[row], out float price))
///             {
///                 prices.Set(row, price);
///             }
///         }
///     }
/// }
/// </code>
/// </example>
public interface IEnricher : IEnrichmentStep
{
    /// <summary>
    /// Fills the outputs of every row: a value, null where there certainly is none, or nothing, which leaves the row absent and so open to
    /// a later job. An exception fails the whole batch; no output of it is used.
    /// </summary>
    void Enrich(EnrichmentBatch batch);
}

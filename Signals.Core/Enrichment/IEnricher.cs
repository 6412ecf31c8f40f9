namespace Signals.Enrichment;

/// <summary>
/// Computes columns of events from their other columns without waiting: by a pure function, or by a join with a table in memory.
/// You write it once; it runs at indexing, offline and at serving. <see cref="IEnrichmentStep"/> says what it must promise.
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
    /// Fills the outputs of every row: with a value, with null where there certainly is none, or not at all. A row that is not
    /// filled stays absent, so a later job may still fill it. An exception fails the whole batch, and none of its outputs is
    /// used.
    /// </summary>
    void Enrich(EnrichmentBatch batch);
}

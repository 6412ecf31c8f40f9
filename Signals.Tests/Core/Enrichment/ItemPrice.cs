using Signals.Enrichment;

namespace Signals.Tests.Core.Enrichment;

/// <summary>The example of the documentation: a price looked up by item.</summary>
internal sealed class ItemPrice : IEnricher
{
    private readonly Dictionary<ulong, float> _prices;
    private readonly Input<ulong> _item;
    private readonly Output<float> _price;

    public ItemPrice(Dictionary<ulong, float> prices)
    {
        _prices = prices;
        Signature = EnrichmentSignature.Named("item_price", version: 1)
            .On("purchase").Input("item", out _item).Output("price", out _price).Build();
    }

    public EnrichmentSignature Signature { get; }

    public void Enrich(EnrichmentBatch batch)
    {
        ColumnView<ulong> items = batch.Read(_item);
        ColumnWriter<float> prices = batch.Write(_price);
        for (int row = 0; row < batch.Count; row++)
        {
            if (items.Has(row) && _prices.TryGetValue(items[row], out float price))
            {
                prices.Set(row, price);
            }
        }
    }
}

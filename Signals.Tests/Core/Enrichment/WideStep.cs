using System.Globalization;
using Signals.Enrichment;

namespace Signals.Tests.Core.Enrichment;

/// <summary>An enricher, of either kind, and a filter that use every sort of column: what comes out follows from the item alone.</summary>
internal sealed class WideStep : IEnricher, IRemoteEnricher, IEventFilter
{
    private readonly Input<ulong> _item;
    private readonly Input<float> _weights;
    private readonly VariableInput _title;
    private readonly Output<bool> _isOdd;
    private readonly Output<Half> _vector;
    private readonly VariableOutput _label;

    public WideStep() => Signature = EnrichmentSignature.Named("wide", version: 2)
        .On("purchase")
        .Input("item", out _item)
        .InputVector("weights", 3, out _weights)
        .InputText("title", out _title)
        .Output("is_odd", out _isOdd)
        .OutputVector("vector", 2, out _vector)
        .OutputText("label", out _label)
        .Build();

    public EnrichmentSignature Signature { get; }

    public Output<bool> IsOdd => _isOdd;

    public Output<Half> Vector => _vector;

    public VariableOutput Label => _label;

    public void Enrich(EnrichmentBatch batch)
    {
        ColumnView<ulong> items = batch.Read(_item);
        ColumnView<float> weights = batch.Read(_weights);
        VariableColumnView titles = batch.Read(_title);
        ColumnWriter<bool> odd = batch.Write(_isOdd);
        ColumnWriter<Half> vectors = batch.Write(_vector);
        VariableColumnWriter labels = batch.Write(_label);
        Span<char> number = stackalloc char[24];
        for (int row = batch.Count - 1; row >= 0; row--)
        {
            if (!items.Has(row))
            {
                continue;
            }

            odd.Set(row, items[row] % 2 == 1);
            ReadOnlySpan<float> w = weights.Row(row);
            Span<Half> vector = vectors.Fill(row);
            vector[0] = (Half)(w[0] + w[1]);
            vector[1] = (Half)w[2];
            if (titles.States[row] == ColumnState.Null)
            {
                vectors.SetNull(row);
                labels.Set(row, "gone"u8);
                labels.SetNull(row);
            }
            else if (titles.Has(row))
            {
                labels.Set(row, titles[row]);
            }
            else
            {
                items[row].TryFormat(number, out int length, provider: CultureInfo.InvariantCulture);
                labels.Set(row, number[..length]);
            }
        }
    }

    public ValueTask EnrichAsync(EnrichmentBatch batch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Enrich(batch);
        return ValueTask.CompletedTask;
    }

    public void Filter(EnrichmentBatch batch, Span<bool> keep)
    {
        ColumnView<ulong> items = batch.Read(_item);
        for (int row = 0; row < keep.Length; row++)
        {
            keep[row] = items[row] % 3 != 0;
        }
    }
}

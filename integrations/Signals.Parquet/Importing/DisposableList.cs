namespace Signals.Parquet.Importing;

/// <summary>Things that are opened one after the other and closed together. Thread contract: one thread.</summary>
internal sealed class DisposableList : IDisposable
{
    private readonly List<IDisposable> _items = [];

    /// <summary>Keeps a thing, and gives it back.</summary>
    public T Keep<T>(T item)
        where T : IDisposable
    {
        _items.Add(item);
        return item;
    }

    /// <inheritdoc/>
    public void Dispose() => _items.ForEach(item => item.Dispose());
}

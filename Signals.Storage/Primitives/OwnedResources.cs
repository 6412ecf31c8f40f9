namespace Signals.Storage.Primitives;

/// <summary>
/// Disposes the resources that were added, in reverse order. It is the one owner of everything that an open store holds, also
/// when opening fails halfway.
/// </summary>
/// <remarks>Thread contract: one thread. Every resource is disposed even when one throws; the first error is rethrown.</remarks>
internal sealed class OwnedResources : IDisposable
{
    private readonly Stack<IDisposable> _resources = new();

    public T Add<T>(T resource)
        where T : IDisposable
    {
        _resources.Push(resource);
        return resource;
    }

    public void Dispose()
    {
        FirstError errors = default;
        while (_resources.TryPop(out IDisposable? resource))
        {
            errors.Dispose(resource);
        }

        errors.Throw();
    }
}

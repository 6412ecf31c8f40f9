using System.Runtime.ExceptionServices;

namespace Signals.Storage.Primitives;

/// <summary>
/// Does several steps although one of them throws, and throws the first error when all are done: for releasing, where a step that is left out
/// is never made up for. Thread contract: one thread. A mutable value: keep it in a local.
/// </summary>
internal struct FirstError
{
    private ExceptionDispatchInfo? _first;

    /// <summary>Disposes an object; an error waits for <see cref="Throw"/>.</summary>
    public void Dispose(IDisposable resource)
    {
        try
        {
            resource.Dispose();
        }
        catch (Exception error)
        {
            Note(error);
        }
    }

    /// <summary>Keeps an error if it is the first.</summary>
    public void Note(Exception error) => _first ??= ExceptionDispatchInfo.Capture(error);

    /// <summary>Throws the first error, if there was one.</summary>
    public readonly void Throw() => _first?.Throw();
}

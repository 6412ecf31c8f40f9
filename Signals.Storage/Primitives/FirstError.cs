using System.Runtime.ExceptionServices;

namespace Signals.Storage.Primitives;

/// <summary>
/// Runs several steps even when one of them throws, and throws the first error after the last step. Used to release resources,
/// where a step that is skipped would never be repeated. Thread contract: one thread. A mutable value: keep it in a local
/// variable.
/// </summary>
internal struct FirstError
{
    private ExceptionDispatchInfo? _first;

    /// <summary>Disposes an object. An error is kept until <see cref="Throw"/>.</summary>
    public void Dispose(IDisposable resource)
    {
        try
        {
            resource.Dispose();
        }
        catch (Exception error)
        {
            Capture(error);
        }
    }

    /// <summary>Disposes all of the objects, also when one of them throws; the first error is thrown at the end.</summary>
    public static void DisposeAll(params IEnumerable<IDisposable> resources)
    {
        FirstError errors = default;
        foreach (IDisposable resource in resources)
        {
            errors.Dispose(resource);
        }

        errors.Throw();
    }

    /// <summary>
    /// Disposes all of the objects because of an error, which the caller throws again. That error is the first, so those of the
    /// objects are not thrown.
    /// </summary>
    public static void DisposeAfterError(params IEnumerable<IDisposable> resources)
    {
        FirstError errors = default;
        foreach (IDisposable resource in resources)
        {
            errors.Dispose(resource);
        }
    }

    /// <summary>Keeps an error if it is the first one.</summary>
    public void Capture(Exception error) => _first ??= ExceptionDispatchInfo.Capture(error);

    /// <summary>Throws the first error, if there was one.</summary>
    public readonly void Throw() => _first?.Throw();
}

using Signals.Storage.Primitives;
using Signals.Storage.Reads;

namespace Signals.Storage.Engine.Views;

/// <summary>Closes the memtables and tables of the view when the store closes.</summary>
/// <remarks>
/// Thread contract: the closing thread, when no reader is left and nobody commits. One that throws does not keep the others open.
/// </remarks>
internal sealed class ViewParts(ViewState view) : IDisposable
{
    public void Dispose()
    {
        ReadView last = view.Current;
        FirstError.DisposeAll([.. last.MemTables, .. last.Tables.Tables]);
    }
}

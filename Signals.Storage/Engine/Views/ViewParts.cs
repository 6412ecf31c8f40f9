using Signals.Storage.MemTables;
using Signals.Storage.Tables;

namespace Signals.Storage.Engine.Views;

/// <summary>Closes the memtables and tables of the view when the store closes.</summary>
/// <remarks>Thread contract: the closing thread, when no reader is left.</remarks>
internal sealed class ViewParts(ViewState view) : IDisposable
{
    public void Dispose()
    {
        foreach (MemTable table in view.Current.MemTables)
        {
            table.Dispose();
        }

        foreach (Table table in view.Current.Tables.Tables)
        {
            table.Dispose();
        }
    }
}

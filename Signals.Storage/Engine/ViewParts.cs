using Signals.Storage.MemTables;
using Signals.Storage.Tables;

namespace Signals.Storage.Engine;

/// <summary>Closes whatever the view holds when the store closes. By then no reader is left.</summary>
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

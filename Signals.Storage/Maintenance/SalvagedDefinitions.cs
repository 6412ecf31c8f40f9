using Signals.Maintenance;
using Signals.Storage.DefinitionFiles;
using Signals.Storage.Versions;

namespace Signals.Storage.Maintenance;

/// <summary>Takes the stored definitions of a damaged store over. Thread contract: stateless; the salvaging thread.</summary>
internal static class SalvagedDefinitions
{
    /// <summary>Copies the file of stored definitions when it is intact, and reports it as lost otherwise.</summary>
    public static void Copy(StoreFolder from, StoreFolder to, List<SalvageLoss> losses)
    {
        DefinitionFileContent? content;
        try
        {
            content = DefinitionFile.TryRead(from);
        }
        catch (Exception error) when (error is CorruptionException or FileOperationException)
        {
            losses.Add(new SalvageLoss(from.Definitions, 0, 0, 0, error.Message));
            return;
        }

        if (content is not null)
        {
            DefinitionFile.Publish(to, content.Bytes);
        }
    }
}

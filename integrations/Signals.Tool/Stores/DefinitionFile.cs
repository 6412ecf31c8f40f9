using Signals.Definitions;

namespace Signals.Tool.Stores;

/// <summary>A definition in a JSON file, which is registered with an open store: a store's files hold none.</summary>
internal static class DefinitionFile
{
    /// <returns>The name that it is registered under.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="SignalsException">
    /// It is no definition, or does not fit the store; the file and each error with its place are named.
    /// </exception>
    public static string Register(SignalStore store, string path)
    {
        byte[] json = UserFile.ReadBytes(path);
        try
        {
            SequenceDefinition definition = SequenceDefinition.Parse(json);
            store.Definitions.FollowLog(); // what is stored is there for receipts, and may not contradict the file
            store.Definitions.Register(definition);
            return definition.Name;
        }
        catch (DefinitionException wrong)
        {
            throw new SignalsException($"'{path}': {wrong.Message}", wrong);
        }
    }
}

using Signals.Core.DefinitionVersions;
using Signals.Definitions;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Core.DefinitionVersions;

/// <summary>Registries whose plans are texts that name what they were compiled from.</summary>
internal static class RegistrySamples
{
    public static DefinitionRegistry<string> NewRegistry(DefinitionRegistryOptions? options = null) =>
        new(definition => $"{definition.Name} v{definition.Version} size {definition.Size.Value}", options, new ManualTime(1_000));

    public static SequenceDefinition Feed(int version, string owner = "ranking", string name = "feed")
    {
        Parameter size = Parameter.Integer("size", 10, 1, 1000);
        return SequenceDefinition.Create(name, version).OwnedBy(owner).Parameters(size)
            .From("view", v => v.Last(1000)).Size(size).Columns("item_id", "price").Build();
    }

    public static string? Served(DefinitionRegistry<string> registry, string name = "feed") =>
        registry.TryGet(name, out RegisteredDefinition<string>? registered) ? registered.Default.Plan : null;
}

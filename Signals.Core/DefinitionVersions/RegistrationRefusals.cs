using System.Globalization;
using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>The errors of registrations that contradict what is kept. Thread contract: pure functions; any thread.</summary>
internal static class RegistrationRefusals
{
    /// <summary>The number has other content, for example because a person registered it while the program ran.</summary>
    public static DefinitionException OtherContent(SequenceDefinition definition, DateTimeOffset since, long nextFree) => Of(
        definition, "version", string.Create(
            CultureInfo.InvariantCulture,
            $"version {definition.Version} is registered with other content since {since:u}; give the changed definition another version, "
            + $"{nextFree} or later"));

    public static DefinitionException OtherOwner(SequenceDefinition definition, string owner) =>
        Of(definition, "owner", $"'{definition.Name}' belongs to '{owner}', not to '{definition.Owner}'");

    public static DefinitionException TooManyNames(SequenceDefinition definition, int count) => Of(
        definition, "owner", string.Create(
            CultureInfo.InvariantCulture,
            $"'{definition.Owner}' already has {count} definitions, the largest number allowed; remove one that nobody reads"));

    public static DefinitionException TooManyPast(string name, int most) => new(
        $"The definition '{name}' was not changed",
        [new DefinitionError("$.version", string.Create(
            CultureInfo.InvariantCulture,
            $"receipts need more than {most} of its former versions; keep versions of the store for a shorter time, or give the "
            + $"definition another name"))]);

    private static DefinitionException Of(SequenceDefinition definition, string key, string message) =>
        new($"The definition '{definition.Name}' was not registered", [new DefinitionError("$." + key, message)]);
}

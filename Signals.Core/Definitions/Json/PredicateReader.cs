using Signals.Core.Definitions.Predicates;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Json;

/// <summary>
/// Reads conditions: it finds out of which kind one is by its keys and lets the <see cref="PredicateForm"/> of the kind read it. The
/// depth of the document limits its recursion. For one thread and one document.
/// </summary>
internal sealed class PredicateReader(SettingReader settings)
{
    /// <summary>What is returned in place of a condition that cannot be read.</summary>
    public static readonly Predicate Nothing = new AnyPredicate { Predicates = [] };

    public SettingReader Settings => settings;

    public Predicate Read(JsonPlace node)
    {
        if (!node.IsObject)
        {
            string keys = string.Join(", ", Predicate.Forms.Select(form => form.Key));
            node.Error($"a condition belongs here: an object with {keys}, or column and a comparison, not {node.Found()}");
            return Nothing;
        }

        foreach (PredicateForm form in Predicate.Forms)
        {
            if (node.Element.TryGetProperty(form.Key, out _))
            {
                return form.Read(this, "", new JsonFields(node, [form.Key]).Required(form.Key));
            }
        }

        return OnColumn(node);
    }

    public ValueList<Predicate> List(JsonPlace node) => node.List(DefinitionLimits.MaxPredicates, Read);

    private Predicate OnColumn(JsonPlace node)
    {
        var fields = new JsonFields(node, DefinitionKeys.Condition);
        string column = fields.Required("column").Text();
        PredicateForm[] found = Array.FindAll(PredicateColumn.Forms, form => fields.Has(form.Key));
        if (found.Length != 1)
        {
            string foundKeys = found.Length == 0 ? "none" : string.Join(" and ", found.Select(form => form.Key));
            node.Error($"one of {string.Join(", ", PredicateColumn.Forms.Select(form => form.Key))} belongs here, not {foundKeys}");
            return Nothing;
        }

        return found[0].Read(this, column, fields.Required(found[0].Key));
    }
}

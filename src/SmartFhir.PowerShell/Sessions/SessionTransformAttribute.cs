using System.Management.Automation;
using System.Management.Automation.Runspaces;
using SmartFhir.Sessions;

namespace SmartFhir.PowerShell.Sessions;

/// <summary>Lets <c>-Session</c> take a name as well as a session object.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SessionTransformAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not string name)
        {
            return value;
        }

        SessionTable table = SessionTable.For(Runspace.DefaultRunspace);
        return table.TryFind(name, out SmartSession? session)
            ? session
            : throw new ArgumentTransformationMetadataException(table.All.Count == 0
                ? $"There is no session '{name}': nobody has signed in here. Use Connect-SmartFhir."
                : $"There is no session '{name}'. There are: {string.Join(", ", table.All.Select(item => $"'{item.Name}'"))}.");
    }
}

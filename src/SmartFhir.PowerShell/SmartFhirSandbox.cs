using SmartFhir.PowerShell.Sandbox;

namespace SmartFhir.PowerShell;

/// <summary>A running sandbox. Written by Start-SmartFhirSandbox; the input of Stop-SmartFhirSandbox.</summary>
public sealed class SmartFhirSandbox
{
    private readonly SandboxProcess _process;

    internal SmartFhirSandbox(SandboxProcess process) => _process = process;

    /// <summary>The id of its process.</summary>
    public int ProcessId => _process.ProcessId;

    /// <summary>Its FHIR base URL.</summary>
    public string Aud => _process.FhirBase;

    /// <summary>A public client that is registered for every loopback redirect address.</summary>
    public string ClientId => _process.ClientId;

    /// <summary>True when it signs in and consents by itself.</summary>
    public bool AutoApprove => _process.AutoApprove;

    /// <summary>True while it runs.</summary>
    public bool Running => !_process.HasExited;

    /// <summary>Its FHIR base URL.</summary>
    public override string ToString() => Aud;

    internal void Stop() => _process.Dispose();
}

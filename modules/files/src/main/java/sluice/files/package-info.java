/**
 * Files that outlive the process: {@link sluice.files.OneWriter} lets one process at a time write a file, {@link sluice.files.WholeFile}
 * exchanges all of a file at once, and {@link sluice.files.FileVersion} tells whether somebody has done so.
 *
 * <p>It knows nothing of what is in a file.
 */
package sluice.files;
